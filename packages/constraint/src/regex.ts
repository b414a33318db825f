/** Constraint to texts that a regular expression matches as a whole. */
import { checkRegex, wholeMatches } from './characters/regex-term.ts';
import { Terms } from './characters/terms.ts';
import { newGrammar, type Grammar } from './automaton/grammar.ts';
import { plainSpelling } from './automaton/spelling.ts';
import { TextRules } from './automaton/text-rules.ts';
import { unreadable } from './unreadable.ts';

/** @throws E_CONSTRAINT_INVALID, E_REGEX_INVALID, E_REGEX_UNSUPPORTED, E_CONSTRAINT_TOO_LARGE */
export function regexGrammar(value: unknown): Grammar {
  if (typeof value !== 'string') throw unreadable('regex', value, 'a regular expression as text');
  checkRegex(value);
  const { grammar, ends } = newGrammar();
  const terms = new Terms();
  const language = { terms, term: wholeMatches(terms, value), origin: 'The regular expression' };
  new TextRules(grammar, plainSpelling).add(language, ends);
  return grammar;
}
