import type { Kind } from './kinds.ts';
import type { Reading } from './reading.ts';

/** A stretch that may be personal data. Positions are UTF-16 units, the end not included. */
export interface Candidate {
  start: number;
  end: number;
  /** 0 to 1; what stays below `THRESHOLD` is a hint for the tagger alone. */
  score: number;
  /** Where one recogniser tells several kinds apart. */
  kind?: Kind;
}

/** From here on a candidate is taken for what it may be. */
export const THRESHOLD = 0.5;

/** One way to find one kind of data. */
export interface Recogniser {
  name: string;
  kind: Kind;
  /** Minimum number of digits in a text. */
  digits?: number;
  /** A text without this is not looked at. */
  needs?: RegExp;
  find(text: string, reading: Reading): Iterable<Candidate>;
  /** True for what the rules of an identifier allow, so that a surrogate can break them. */
  isValid?(value: string): boolean;
}

export interface Pattern extends Omit<Recogniser, 'find' | 'isValid'> {
  /** With the flag g. Its group `value`, or all of it, is what was found. Every repetition in it is bounded. */
  pattern: RegExp;
  /** Without anything else. */
  score: number;
  /** Words that make it likelier when they stand before it, within 60 characters. */
  context?: RegExp;
  /** A failed check gives up the match. */
  check?(value: string): boolean;
}

const BEFORE = 60;
const WITH_CONTEXT = 0.95;

/** A recogniser from a regular expression, a check of its digits and context words. */
export function patternRecogniser({ pattern, score, context, check, ...about }: Pattern): Recogniser {
  return {
    ...about,
    ...(check !== undefined && { isValid: check }),
    *find(text) {
      for (const match of text.matchAll(pattern)) {
        const value = match.groups?.value ?? match[0];
        if (value === '' || (check !== undefined && !check(value))) continue;
        const start = match.index + (match.groups?.value === undefined ? 0 : match[0].lastIndexOf(value));
        const isNear = context !== undefined && context.test(text.slice(Math.max(0, start - BEFORE), start));
        yield { start, end: start + value.length, score: isNear ? WITH_CONTEXT : score };
      }
    },
  };
}
