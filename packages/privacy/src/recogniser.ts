import type { Kind } from './kinds.ts';
import type { Reading } from './reading.ts';

/** A span that may be personal data. Positions are UTF-16 units, the end is exclusive. */
export interface Candidate {
  start: number;
  end: number;
  /** From 0 to 1; a score below `THRESHOLD` is only a hint for the tagger. */
  score: number;
  /** For recognisers that distinguish several kinds. */
  kind?: Kind;
}

/** From this score on a candidate counts as a finding. */
export const THRESHOLD = 0.5;

/** One way to find one kind of data. */
export interface Recogniser {
  name: string;
  kind: Kind;
  /** The least number of digits in a text. */
  digits?: number;
  /** Texts without a match of this are skipped. */
  needs?: RegExp;
  find(text: string, reading: Reading): Iterable<Candidate>;
  /** Whether the identifier's rules allow a value; surrogates are chosen so that they break them. */
  isValid?(value: string): boolean;
}

export interface Pattern extends Omit<Recogniser, 'find' | 'isValid'> {
  /**
   * Needs the flag g. The group `value`, or else the whole match, is the finding. Every repetition in it is bounded.
   */
  pattern: RegExp;
  /** Score without context words. */
  score: number;
  /** Words that raise the score if they occur at most 60 characters before the match. */
  context?: RegExp;
  /** A match that fails the check is dropped. */
  check?(value: string): boolean;
}

const BEFORE = 60;
const WITH_CONTEXT = 0.95;

/** Makes a recogniser from a regular expression, a check of its digits and context words. */
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
