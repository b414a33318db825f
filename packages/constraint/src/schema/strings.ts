/** JSON strings by length, pattern and format. */
import { textsWithMatch, wholeMatches } from '../characters/regex-term.ts';
import type { Term, Terms } from '../characters/terms.ts';
import { given, type Conjunction } from './alternatives.ts';
import { countBounds } from './bounds.ts';
import { formats } from './formats.ts';

/** Length limit for strings that declare a maximum. */
const MOST_CHARACTERS = 10_000;

/** Texts that all of the schemas allow. Lengths count code points. */
export function stringTerm(terms: Terms, all: Conjunction): Term {
  const { least, most } = countBounds(all, 'minLength', 'maxLength');
  if (least > most) return terms.none;
  return terms.both([
    terms.repeat(terms.any, least, most === Infinity ? most : Math.min(most, MOST_CHARACTERS)),
    ...given<string>(all, 'pattern').map((pattern) => textsWithMatch(terms, pattern)),
    ...given<string>(all, 'format').map((format) => wholeMatches(terms, formats[format])),
  ]);
}
