/** Expressions with classes cut for the nearest plane match what they matched before, also of letters beyond it. */
import { describe, expect, it } from 'vitest';
import { leanestPattern } from '../../../src/privacy/planes.ts';
import { matchesOf } from '../../../src/privacy/words/expression.ts';

const PATTERNS = [
  /(?<!\p{L})\p{L}{2,5}(?!\p{L})/gu,
  /(?<value>[^\p{L}\s"'()-]{1,3})[\p{L}\p{M}&&-]+|[.,:;()[\]{}|/^$*+?-]{2}/giu,
  /(?<![\p{L}\p{N}_@./-])[\p{N}-]{1,4}(?:\p{N}|[a-z\-.]|\u{1f600}|\u00e9){1,3}(?<end>[^\p{N}]|$)/giu,
  /[^\s,;]{3,12}\p{Lu}\p{L}+/gu,
];
const TEXTS = [
  '',
  "Łódź (naïve) — Ελλάδα, 東京 12 ٣٤ x²; d'été a&b -- [x] {y} z|w ^^ $$ ..,/",
  '\u{20bb7}田さん \u{1d400}\u{1d401}c \u{10400}\u{10428} \u{1d7ce}9 \u{1f600}12a \u{1f600}ab e\u0301a',
  'ſtraße KELVIN\u212a ⅷ 12é3 @12a .34b-c 9\u{1f600}a',
];

const found = (pattern: RegExp, text: string): unknown[] =>
  matchesOf(pattern, text).map(({ 0: whole, index, groups }) => [whole, index, { ...groups }]);

describe('the leanest patterns', () => {
  it.each(PATTERNS)('match as %s does', (pattern) => {
    const leanest = leanestPattern(pattern);
    expect(leanest.flags).toContain('v');
    for (const text of TEXTS) expect(found(leanest, text)).toEqual(found(pattern, text));
  });

  it('keep what has no such class, or says "no letter"', () => {
    for (const pattern of [/[(\-)]+\w/gi, /[\P{L}\p{L}]x/gu]) expect(leanestPattern(pattern)).toEqual(pattern);
  });

  it('take symbols beyond the plane for none', () => {
    expect('\u{1f600}\u{1d11e}\u{1f3b5}').not.toMatch(leanestPattern(/[\p{L}\p{N}]/u));
  });
});
