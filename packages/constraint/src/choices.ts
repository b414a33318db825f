/** Constraint to one text of a list. */
import { newGrammar, type Grammar } from './automaton/grammar.ts';
import { unreadable } from './unreadable.ts';

/** @throws E_CONSTRAINT_INVALID */
export function choicesGrammar(value: unknown): Grammar {
  if (!isChoices(value)) throw unreadable('choices', value, 'a list of one or more texts, none of them empty');
  const { grammar, ends } = newGrammar();
  for (const choice of new Set(value)) grammar.addText(ends.from, choice, ends.to);
  return grammar;
}

function isChoices(value: unknown): value is string[] {
  if (!Array.isArray(value) || value.length === 0) return false;
  return value.every((choice) => typeof choice === 'string' && choice !== '');
}
