import type { Kind } from './kinds.ts';
import { WordPattern } from './words/word-pattern.ts';

/** A stretch that may be personal data. Positions are UTF-16 units, the end not included. */
export interface Candidate {
  start: number;
  end: number;
  /** 0 to 1; what stays below `THRESHOLD` is not taken. */
  score: number;
  /** Where one recogniser tells several kinds apart. */
  kind?: Kind;
}

/** From here on a candidate is taken for what it may be. */
export const THRESHOLD = 0.5;

/** One way to find one kind of data: a file that exports it, and a line in `recognisers/index.ts`. */
export interface Recogniser {
  name: string;
  kind: Kind;
  /** A text without these is not looked at. */
  needs?: { digits?: number; character?: string };
  find(text: string): Iterable<Candidate>;
  /** True for what the rules of an identifier allow, so that a surrogate can break them. */
  isValid?(value: string): boolean;
}

export interface Pattern {
  name: string;
  kind: Kind;
  needs?: Recogniser['needs'];
  /** With the flag g. Its group `value`, or all of it, is what was found. Every repetition in it is bounded. */
  pattern: RegExp;
  /** Its matches begin where a word does: it is tried only at words that begin as one of them may. */
  isOfWords?: boolean;
  /** Without anything else. */
  score: number;
  /** Words that make it likelier when they stand before it, within 60 characters. */
  context?: RegExp;
  /** A failed check gives up the match. */
  check?(value: string): boolean;
}

const BEFORE = 60;
const WITH_CONTEXT = 0.95;

/** All matches, as `matchAll` gives them, without the copy of the expression that it makes each time. */
export function matchesOf(pattern: RegExp, text: string): RegExpExecArray[] {
  const matches: RegExpExecArray[] = [];
  pattern.lastIndex = 0;
  for (let match = pattern.exec(text); match !== null; match = pattern.exec(text)) {
    matches.push(match);
    // One that is empty would be found for ever.
    if (match[0] === '') pattern.lastIndex++;
  }
  return matches;
}

/** A recogniser by one regular expression, a check of its digits and words beside it. */
export function patternRecogniser({ pattern, isOfWords, score, context, check, ...about }: Pattern): Recogniser {
  const words = isOfWords === true ? new WordPattern(pattern.source, pattern.flags.replace('g', '')) : undefined;
  return {
    ...about,
    ...(check !== undefined && { isValid: check }),
    *find(text) {
      for (const match of words?.matches(text) ?? matchesOf(pattern, text)) {
        const value = match.groups?.value ?? match[0];
        if (check !== undefined && !check(value)) continue;
        const start = match.index + (match.groups?.value === undefined ? 0 : match[0].lastIndexOf(value));
        const isNear = context !== undefined && context.test(text.slice(Math.max(0, start - BEFORE), start));
        yield { start, end: start + value.length, score: isNear ? WITH_CONTEXT : score };
      }
    },
  };
}

export interface Label {
  name: string;
  kind: Kind;
  /** What announces the value, as alternatives of a regular expression, in any case. */
  labels: readonly string[];
  /** The shape of a value; a token with a digit unless given. */
  value?: string;
  check?(value: string): boolean;
}

/** Whatever stands between a label and its value: "No.", "number is", "#:". */
const BETWEEN = String.raw`\.?(?:[\s_-]{0,2}(?:numbers?|nummer|numéro|numero|número|numer|no|nr|n°|nº|num|id|code)\b\.?|\s?#)?(?:\s{0,2}\([^()\n]{1,20}\))?\s{0,2}(?:[:#=]|ending in|is|was|ist|lautet|est|es|è|é|to|jest|är)?\s{0,3}["'#]?`;
const TOKEN = String.raw`(?!(?:19|20)\d\d(?![\w-]))(?=(?:[A-Z ./-]{0,8}\d){3})(?:(?-i:[A-Z]{1,3}) (?=\d))?[A-Z0-9](?:[A-Z0-9./-]|(?<=\d) (?=\d)){2,36}[A-Z0-9]`;

/** A recogniser of values that nothing but their label gives away. */
export function labelRecogniser({ name, kind, labels, value = TOKEN, check }: Label): Recogniser {
  const pattern = new RegExp(
    `(?<![\\p{L}\\p{N}])(?:${labels.join('|')})${BETWEEN}(?<value>${value})(?![\\p{L}\\p{N}])`,
    'giu',
  );
  return {
    ...patternRecogniser({ name, kind, pattern, score: 0.93, check }),
    needs: { digits: 2 },
  };
}
