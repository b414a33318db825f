/** What matches can begin with, and that expressions tried at words alone find what they find anywhere. */
import { describe, expect, it } from 'vitest';
import { beginningsOf } from '../../../src/data/privacy/words/beginnings.ts';
import { WordPattern } from '../../../src/data/privacy/words/word-pattern.ts';

describe('beginnings', () => {
  it.each([
    ['(?<![a-z])(?:cat|do+g|e?f)s?', 'cat dog doo ef efs f fs'],
    ['a{2,3}b', 'aaa aab'],
    ['(?:x|yy)[ -]?z', 'x z,x-z,xz,yy ,yy-,yyz'],
    ['(?=q)[a-c]{1,2}d', 'aad abd acd ad bad bbd bcd bd cad cbd ccd cd'],
    ['(?<v>ab?)\\p{L}', 'a ab'],
    ['Zed', 'zed'],
  ])('of %s are listed', (source, expected) => {
    const separator = expected.includes(',') ? ',' : ' ';
    expect([...beginningsOf(source)!].toSorted()).toEqual(expected.split(separator).toSorted());
  });

  it.each(['\\p{L}x', '(?:my )?.', 'a?'])('of %s may be anything', (source) => {
    expect(beginningsOf(source)).toBeUndefined();
  });
});

describe('an expression of words', () => {
  const texts = [
    'Fingerprints, a palm-print; finger print and FINGERPRINT.',
    'no finger here',
    '',
    'Śladów odcisk palca',
  ];
  it.each(['(?<!\\p{L})(?:finger|palm)[ -]?prints?', '(?<!\\p{L})odcisk(?:i)? palca', '(?<!\\p{L})\\p{L}+prints?'])(
    '%s finds what it finds anywhere',
    (source) => {
      const words = new WordPattern(source, 'iu');
      for (const text of texts) {
        const expected = [...text.matchAll(new RegExp(source, 'giu'))].map(({ 0: match, index }) => [index, match]);
        expect(words.matches(text).map(({ 0: match, index }) => [index, match])).toEqual(expected);
      }
    },
  );
});
