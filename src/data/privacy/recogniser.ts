import type { Kind } from './kinds.ts';
import { Expression, matchesOf } from './words/expression.ts';

export { matchesOf };

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
  /** What it finds gives way to numbers that another is sure of. */
  givesWay?: boolean;
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
  /** Its matches count only where a word begins. */
  isOfWords?: boolean;
  /** It is tried at every character: a user's own, of whatever syntax, or one that nearly every word may begin. */
  isAnywhere?: boolean;
  /** Without anything else. */
  score: number;
  /** Words that make it likelier when they stand before it, within 60 characters. */
  context?: RegExp;
  /** A failed check gives up the match. */
  check?(value: string): boolean;
}

const BEFORE = 60;
const WITH_CONTEXT = 0.95;

/** A recogniser by one regular expression, a check of its digits and words beside it. */
export function patternRecogniser({
  pattern,
  isOfWords,
  isAnywhere,
  score,
  context,
  check,
  ...about
}: Pattern): Recogniser {
  const isNearDigits = about.needs?.digits !== undefined;
  const placed = isAnywhere === true ? undefined : new Expression(pattern, { isOfWords, isNearDigits });
  return {
    ...about,
    ...(check !== undefined && { isValid: check }),
    *find(text) {
      for (const match of placed?.matches(text) ?? matchesOf(pattern, text)) {
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
  /** The shape of a value. */
  value: string;
  /** Whether the value is in any case too. */
  isValueOfAnyCase?: boolean;
}

/** Whatever stands between a label and its value: "No.", "number is", "#:". */
const BETWEEN = String.raw`\.?(?:[\s_-]{0,2}(?:numbers?|nummer|numéro|numero|número|numer|no|nr|n°|nº|num|id|code)\b\.?|\s?#)?(?:\s{0,2}\([^()\n]{1,20}\))?\s{0,2}(?:[:#=]|ending in|is|was|ist|lautet|est|es|è|é|to|jest|är)?\s{0,3}["'#]?`;

/** A recogniser of values that nothing but their label gives away. */
export function labelRecogniser({ name, kind, labels, value, isValueOfAnyCase = true }: Label): Recogniser {
  const label = `(?:${labels.join('|')})${BETWEEN}`;
  const pattern = new RegExp(
    String.raw`(?<![\p{L}\p{N}])${isValueOfAnyCase ? label : ofAnyCase(label)}(?<value>${value})(?![\p{L}\p{N}])`,
    isValueOfAnyCase ? 'giu' : 'gu',
  );
  return patternRecogniser({ name, kind, needs: { digits: 2 }, pattern, score: 0.93 });
}

/** Each letter in both cases. `(?-i:…)` around the rest is not for us: V8 loses matches of it once it has optimised them. */
function ofAnyCase(source: string): string {
  const both = (letter: string): string => letter.toLowerCase() + letter.toUpperCase();
  return source.replaceAll(/\\.|\[[^\]]*\]|\p{L}/gsu, (part) => {
    if (part.startsWith('\\')) return part;
    if (!part.startsWith('[')) return `[${both(part)}]`;
    return part.replaceAll(/\\.|\p{L}/gsu, (sign) => (sign.startsWith('\\') ? sign : both(sign)));
  });
}
