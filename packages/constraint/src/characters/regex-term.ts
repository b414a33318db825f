/** Converts a regular expression to its language. */
import { AttuneError } from '@attune/base/errors';
import { readRegex, type Pattern } from './regex-syntax.ts';
import type { Term, Terms } from './terms.ts';

/** One alternative of a pattern, and whether it is anchored to the start or end of the text. */
interface Way {
  atStart: boolean;
  term: Term;
  atEnd: boolean;
}

/** Reasons why a source is not supported; empty if it is. An invalid regular expression gives one reason. */
export function regexFaults(source: string): string[] {
  const syntaxError = syntaxErrorOf(source);
  if (syntaxError !== undefined) return [syntaxError];
  const { pattern, refused } = readRegex(source);
  return hasRepeatedAnchor(pattern, false) ? [...refused, 'anchor ^ or $ in a repeated group'] : refused;
}

function syntaxErrorOf(source: string): string | undefined {
  try {
    RegExp(source, 'u');
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

/** All texts that the expression matches as a whole. The source must be supported. */
export function wholeMatches(terms: Terms, source: string): Term {
  return terms.either(waysOf(terms, readRegex(source).pattern).map(({ term }) => term));
}

/** All texts in which the expression matches somewhere, as with `RegExp.test`. The source must be supported. */
export function textsWithMatch(terms: Terms, source: string): Term {
  return terms.either(
    waysOf(terms, readRegex(source).pattern).map(({ atStart, term, atEnd }) =>
      terms.sequence([atStart ? terms.empty : terms.anything, term, atEnd ? terms.empty : terms.anything]),
    ),
  );
}

/** @throws E_REGEX_INVALID, E_REGEX_UNSUPPORTED */
export function checkRegex(source: string): void {
  const faults = regexFaults(source);
  if (faults.length === 0) return;
  const isInvalid = faults[0].startsWith('Invalid regular expression');
  throw new AttuneError(isInvalid ? 'E_REGEX_INVALID' : 'E_REGEX_UNSUPPORTED', {
    what: isInvalid
      ? 'The regular expression is invalid'
      : 'The regular expression uses features that an automaton cannot implement',
    got: isInvalid ? faults[0] : source,
    expected: "JavaScript's syntax with flag u: classes, quantifiers, alternatives, groups, ^ and $ at the ends",
    fix: isInvalid ? 'correct the expression' : 'rewrite it without the listed parts',
    problems: isInvalid ? [] : faults.map((fault) => ({ message: `${fault} is not supported` })),
  });
}

function hasRepeatedAnchor(pattern: Pattern, isRepeated: boolean): boolean {
  if (pattern.kind === 'start' || pattern.kind === 'end') return isRepeated;
  if (pattern.kind === 'repeat') return hasRepeatedAnchor(pattern.body, isRepeated || pattern.most > 1);
  return pattern.kind !== 'set' && pattern.parts.some((part) => hasRepeatedAnchor(part, isRepeated));
}

function waysOf(terms: Terms, pattern: Pattern): Way[] {
  const { empty } = terms;
  switch (pattern.kind) {
    case 'set':
      return [{ atStart: false, term: terms.set(pattern.set), atEnd: false }];
    case 'start':
      return [{ atStart: true, term: empty, atEnd: false }];
    case 'end':
      return [{ atStart: false, term: empty, atEnd: true }];
    case 'either':
      return gathered(
        terms,
        pattern.parts.flatMap((part) => waysOf(terms, part)),
      );
    case 'sequence':
      return pattern.parts
        .map((part) => waysOf(terms, part))
        .reduceRight(
          (after, before) =>
            gathered(
              terms,
              before.flatMap((a) => after.flatMap((b) => follow(terms, a, b))),
            ),
          [{ atStart: false, term: empty, atEnd: false }],
        );
    case 'repeat': {
      if (pattern.most === 0) return [{ atStart: false, term: empty, atEnd: false }];
      const ways = waysOf(terms, pattern.body);
      const { least, most } = pattern;
      if (ways.every(({ atStart, atEnd }) => !atStart && !atEnd)) {
        return [
          { atStart: false, term: terms.repeat(terms.either(ways.map(({ term }) => term)), least, most), atEnd: false },
        ];
      }
      return least === 0 ? [...ways, { atStart: false, term: empty, atEnd: false }] : ways;
    }
  }
}

/** One alternative after another. Before a start anchor and after an end anchor there can be no text. */
function follow(terms: Terms, a: Way, b: Way): Way[] {
  if ((b.atStart && !a.term.isNullable) || (a.atEnd && !b.term.isNullable)) return [];
  const before = b.atStart ? terms.empty : a.term;
  const after = a.atEnd ? terms.empty : b.term;
  return [{ atStart: a.atStart || b.atStart, term: terms.sequence([before, after]), atEnd: a.atEnd || b.atEnd }];
}

/** Merges alternatives with the same anchors. */
function gathered(terms: Terms, ways: readonly Way[]): Way[] {
  const groups = Map.groupBy(ways, ({ atStart, atEnd }) => `${atStart} ${atEnd}`);
  return [...groups.values()].map((group) => ({ ...group[0], term: terms.either(group.map(({ term }) => term)) }));
}
