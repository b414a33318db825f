/** Registry of the kinds of constraints: how each becomes a grammar. */
import { AttuneError } from '../../base/errors.ts';
import { checkRegex, wholeMatches } from './characters/regex-term.ts';
import { Terms } from './characters/terms.ts';
import { Grammar } from './automaton/grammar.ts';
import { plainSpelling } from './automaton/spelling.ts';
import { schemaGrammar } from './schema/schema-grammar.ts';
import { TextRules } from './automaton/text-rules.ts';

/** Reads what the kind is given and writes its language into a new grammar. */
export type ConstraintKind = (value: unknown) => Grammar;

export const kinds: Readonly<Record<string, ConstraintKind>> = {
  schema: schemaGrammar,
  regex: regexGrammar,
  choices: choicesGrammar,
};

function regexGrammar(value: unknown): Grammar {
  if (typeof value !== 'string') throw invalid('regex', value, 'a regular expression as text');
  checkRegex(value);
  const { grammar, ends } = newGrammar();
  const terms = new Terms();
  const language = { terms, term: wholeMatches(terms, value), origin: 'The regular expression' };
  new TextRules(grammar, plainSpelling).add(language, ends);
  return grammar;
}

function choicesGrammar(value: unknown): Grammar {
  if (
    !Array.isArray(value) ||
    value.length === 0 ||
    !value.every((choice) => typeof choice === 'string' && choice !== '')
  ) {
    throw invalid('choices', value, 'a list of one text or more, none of them empty');
  }
  const { grammar, ends } = newGrammar();
  for (const choice of value as string[]) grammar.addText(ends.from, choice, ends.to);
  return grammar;
}

function newGrammar(): { grammar: Grammar; ends: { from: number; to: number } } {
  const grammar = new Grammar();
  const rule = grammar.addRule();
  const to = grammar.addNode();
  grammar.setEnd(to);
  return { grammar, ends: { from: grammar.starts[rule], to } };
}

function invalid(kind: string, value: unknown, expected: string): AttuneError {
  return new AttuneError('E_CONSTRAINT_INVALID', {
    what: `The constraint's ${kind} cannot be read`,
    got: JSON.stringify(value)?.slice(0, 200) ?? 'nothing',
    expected,
    fix: `give ${expected}`,
  });
}
