/** Encodings of characters as bytes: plain, or inside a JSON string. */
import { codePoints, intersect, negate, rangesOf, type CodePoints } from '../characters/code-points.ts';
import { digitRanges } from './digit-ranges.ts';
import type { Grammar } from './grammar.ts';

interface Ends {
  from: number;
  to: number;
}

export interface Spelling {
  /** Adds every encoding of one character of the set between two nodes. */
  addSet(grammar: Grammar, set: CodePoints, ends: Ends): void;
  /** The usual encoding of a text. */
  ofText(text: string): string;
}

// UTF-8 by number of bytes: last code point, and bits of the leading byte.
const WIDTHS: readonly { last: number; lead: number; bases: number[] }[] = [
  { last: 0x7f, lead: 0, bases: [0x80] },
  { last: 0x7ff, lead: 0xc0, bases: [0x20, 0x40] },
  { last: 0xffff, lead: 0xe0, bases: [0x10, 0x40, 0x40] },
  { last: 0x10ffff, lead: 0xf0, bases: [8, 0x40, 0x40, 0x40] },
];

/** Characters as UTF-8. */
export const plainSpelling: Spelling = { addSet: addPlain, ofText: (text) => text };

/**
 * Characters inside a JSON string (RFC 8259, section 7): plain if allowed, or as `\n`, or as `\u000a`; never half a
 * surrogate pair.
 */
export const jsonSpelling: Spelling = { addSet: addEscapable, ofText: (text) => JSON.stringify(text).slice(1, -1) };

function addPlain(grammar: Grammar, set: CodePoints, ends: Ends): void {
  for (const [low, high] of rangesOf(set)) {
    let first = 0;
    for (const { last, lead, bases } of WIDTHS) {
      for (const digits of digitRanges(Math.max(low, first), Math.min(high, last), bases)) {
        addChain(
          grammar,
          ends,
          digits.map(([a, b], i): [number, number][] => [[(i === 0 ? lead : 0x80) + a, (i === 0 ? lead : 0x80) + b]]),
        );
      }
      first = last + 1;
    }
  }
}

const SHORT_ESCAPES: readonly (readonly [character: string, letter: string])[] = [
  ['"', '"'],
  ['\\', '\\'],
  ['/', '/'],
  ['\b', 'b'],
  ['\f', 'f'],
  ['\n', 'n'],
  ['\r', 'r'],
  ['\t', 't'],
];
const mustBeEscaped = codePoints([
  [0, 0x1f],
  [0x22, 0x22],
  [0x5c, 0x5c],
]);
// Characters that JSON writers escape by number: control characters and, optionally, everything outside ASCII.
const escapedByNumber = codePoints([
  [0, 0x1f],
  [0x7f, 0xffff],
]);
const aboveBasicPlane = codePoints([[0x10000, 0x10ffff]]);
const [backslash, letterU] = [0x5c, 0x75];

function addEscapable(grammar: Grammar, set: CodePoints, ends: Ends): void {
  addPlain(grammar, intersect(set, negate(mustBeEscaped)), ends);
  for (const [character, letter] of SHORT_ESCAPES) {
    const point = character.codePointAt(0)!;
    if (intersect(set, [point, point]).length > 0)
      addChain(grammar, ends, [exactly(backslash), exactly(letter.charCodeAt(0))]);
  }
  for (const [low, high] of rangesOf(intersect(set, escapedByNumber))) addUnits(grammar, ends, [[low, high]]);
  for (const [low, high] of rangesOf(intersect(set, aboveBasicPlane))) {
    for (const [lead, trail] of digitRanges(low - 0x10000, high - 0x10000, [0x400, 0x400])) {
      addUnits(grammar, ends, [
        [0xd800 + lead[0], 0xd800 + lead[1]],
        [0xdc00 + trail[0], 0xdc00 + trail[1]],
      ]);
    }
  }
}

/** `\uXXXX` for each unit in turn. */
function addUnits(grammar: Grammar, ends: Ends, units: readonly (readonly [number, number])[]): void {
  let { from } = ends;
  for (const [index, [low, high]] of units.entries()) {
    const to = index === units.length - 1 ? ends.to : grammar.addNode();
    for (const digits of digitRanges(low, high, [16, 16, 16, 16])) {
      addChain(grammar, { from, to }, [exactly(backslash), exactly(letterU), ...digits.map(hexadecimal)]);
    }
    from = to;
  }
}

function exactly(byte: number): [number, number][] {
  return [[byte, byte]];
}

function hexadecimal([low, high]: readonly [number, number]): [number, number][] {
  const ranges: [number, number][] = [];
  if (low < 10) ranges.push([0x30 + low, 0x30 + Math.min(high, 9)]);
  for (const letterA of high < 10 ? [] : [0x61, 0x41]) {
    ranges.push([letterA + Math.max(low, 10) - 10, letterA + high - 10]);
  }
  return ranges;
}

function addChain(grammar: Grammar, { from, to }: Ends, steps: readonly [number, number][][]): void {
  let node = from;
  for (const [index, ranges] of steps.entries()) {
    const next = index === steps.length - 1 ? to : grammar.addNode();
    for (const range of ranges) grammar.addBytes(node, range, next);
    node = next;
  }
}
