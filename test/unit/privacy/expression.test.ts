/** Expressions that are tried where their matches can begin find what they find when they are tried everywhere. */
import { describe, expect, it, vi } from 'vitest';
import { recognisers } from '../../../src/privacy/recognisers/index.ts';
import { Beginnings } from '../../../src/privacy/words/beginnings.ts';
import { Expression, matchesOf } from '../../../src/privacy/words/expression.ts';
import { WordPattern } from '../../../src/privacy/words/word-pattern.ts';
import { Walk } from '../../../src/privacy/words/walk.ts';

const TEXTS = [
  '',
  'Fingerprints, a palm-print; finger print and FINGERPRINT, my3finger prints.',
  'Śladów odcisk palca, odciski palca i odcisk\u00a0palca; 12odcisk palca',
  'call 555-1234 or (0)555 12 34; é555-1234 and ж555-1234, 5551234\u{1f600}555-1234',
  'aaa aab ab aaaab cat dog doo ef efs fs zed Zed ZED kK\u212a sſ',
  '\u{1d400}x9 a\u{1d400}9 \ud83d9 “quoted”: value=x1; x.1 x..1',
  'https://a.example/x www.b.example c-d.example. e.f.com, g.com(h) @i.com',
  '-----BEGIN KEY----- $2b$10$abc a:b::c [x] {y} \\z |w| ^v^ "u" 3-3 33-33',
];

const SOURCES: readonly (readonly [source: string, flags: string])[] = [
  [String.raw`(?<!\p{L})(?:finger|palm)[ -]?prints?`, 'iu'],
  [String.raw`(?<!\p{L})odcisk(?:i)?\spalca`, 'iu'],
  [String.raw`(?<!\p{L})\p{L}+prints?`, 'iu'],
  [String.raw`(?<![\w.-])\d{3}[ -]?\d\d\s?\d\d(?![\w-])`, ''],
  [String.raw`\b(?:a{2,3}b|d(?:o+|og)|e?fs?|(?=z)zed)`, 'i'],
  [String.raw`k{1,3}|s{2}`, 'iu'],
  [String.raw`k{1,3}|s{2}`, 'i'],
  [String.raw`\p{L}x?\d`, 'u'],
  [String.raw`(?:[a-z0-9][a-z0-9-]{0,62}\.){1,4}(?:com|example)`, 'iu'],
  [String.raw`(?<=[\s(])(?<first>\w)\w{0,3}[.:-]+\k<first>?`, ''],
  [String.raw`-----BEGIN|\$2[abxy]\$\d\d|\[x\]|\{y\}|\\z|\|w\||\^v\^|["“]`, ''],
  [String.raw`[^\s\d][^\s]{3,5}\d`, 'u'],
  [String.raw`(?:x|yy)?(?:\.|=){1,2}.`, ''],
  [String.raw`\u{1f600}\d`, 'u'],
  [String.raw`(?<=[a-z.],? )\d{1,3}|(?<=x?)y`, 'u'],
  [String.raw`(?<=(?:^|\s)(?:or|and)[ (]?)\d{3}|(?<=[.,]|cat )\w`, 'u'],
  [String.raw`(?<=\u{1d400}|[ab]+)x?\d|(?<=(?<first>a)b?\k<first>)b`, 'u'],
  [String.raw`(?<!\d |\w)\d{1,3}(?:-\d+)?`, ''],
  [String.raw`\d{3}(?=-\d| 12|$)|(?:call|or)(?= \d|(?= \())|(?=a)a+(?=b)`, ''],
  [String.raw`(?:\p{L}{2,}(?=[,;]|\s\d))+(?!;)`, 'u'],
];

const told = (matches: readonly RegExpExecArray[]): unknown => matches.map(({ 0: match, index }) => [index, match]);

describe('an expression', () => {
  it.each(SOURCES)('%s with flags "%s" finds what it finds everywhere', (source, flags) => {
    const expression = new Expression(new RegExp(source, flags));
    for (const text of TEXTS) {
      expect(told(expression.matches(text)), text).toEqual(told(matchesOf(new RegExp(source, `${flags}g`), text)));
    }
  });

  it('that may match nothing ends behind a character of two units', () => {
    expect(told(matchesOf(/\d*/gu, 'a\u{1f600}7'))).toEqual([[0, ''], [1, ''], [3, '7'], [4, '']]); // prettier-ignore
  });

  it('of words has no match behind a letter or a digit', () => {
    const source = String.raw`(?:finger|palm)[ -]?prints?`;
    expect(told(new WordPattern(source, 'iu').matches(TEXTS[1]))).toEqual([
      [0, 'Fingerprints'],
      [16, 'palm-print'],
      [28, 'finger print'],
      [45, 'FINGERPRINT'],
    ]);
  });

  it('is found in texts that come in turn', () => {
    const expressions = SOURCES.map(([source, flags]) => new Expression(new RegExp(source, flags)));
    const once = TEXTS.map((text) => expressions.map((one) => told(one.matches(text))));
    const again = TEXTS.map((text) => expressions.map((one) => told(one.matches(text))));
    expect(again).toEqual(once);
  });
});

describe('a walk', () => {
  it('leaves places where nothing can begin', () => {
    const walk = new Walk();
    const [word, number] = [walk.add(String.raw`(?<!\p{L})fingerprints?`, 'iu'), walk.add(String.raw`\b\d{3}-\d`, '')];
    expect(walk.placesOf(word, 'fingers, fingerprints, a fingerpr')).toEqual([9]);
    expect(walk.placesOf(number, 'x123-4 12-34 123-4 1234')).toEqual([13]);
  });

  it('leaves places where what must stand before or behind does not', () => {
    const walk = new Walk();
    const word = walk.add('cat', '', true);
    const behind = walk.add(String.raw`(?<=(?:^|\s)(?:-u|to)[ =]["']?|[.:])\w\w`, '');
    const ahead = walk.add(String.raw`(?:9\d|1[01]\d)(?= (?:years|ans))(?!,)`, '');
    expect(walk.placesOf(word, 'cat concat cat9 3cat ėcat')).toEqual([0, 11]);
    expect(walk.placesOf(behind, 'ab -u cd to="ef g.hi')).toEqual([6, 9, 13, 18]);
    expect(walk.placesOf(ahead, '95 years, 95 yearly, 99 anset, 104 ans, 194')).toEqual([0, 21, 31]);
  });

  it.each(['a?', String.raw`\d*x?`, '(?:my )?'])('is not made for %s, which may be empty', (source) => {
    expect(new Beginnings().of({ source, flags: '' }, 0)).toBeUndefined();
  });

  it('finds what begins where its table of states grows', () => {
    const letters = Array.from('abcdefghijklmnopqrstuvwxyz');
    // Words that take up states, more of them each time, so that the last one is taken where a match may begin.
    for (let count = 60; count < 130; count++) {
      const walk = new Walk();
      const words = Array.from({ length: count }, (_, index) => `${letters[index % 26]}${letters[(index * 7) % 23]}z`);
      for (const word of words) walk.add(String.raw`(?<!\p{L})${word}\d`, 'u');
      const id = walk.add(String.raw`(?<=[.,;:!?])q\d`, 'u');
      const text = `${words.map((word) => `${word}1`).join(' ')} .q1 ,q2`;
      expect(walk.placesOf(id, text), `${count}`).toEqual([text.indexOf('.') + 1, text.indexOf(',') + 1]);
    }
  });
});

describe('recognisers that are given what stands around digits', () => {
  it('use the walk of such stretches, so that none pushes out the whole text', { timeout: 60_000 }, () => {
    const used = new Set<Walk>();
    const places = Walk.prototype.placesOf;
    const spy = vi.spyOn(Walk.prototype, 'placesOf').mockImplementation(function placesOf(this: Walk, ...words) {
      used.add(this);
      return places.apply(this, words);
    });
    new Expression(/a/u).matches('a');
    const [ofTexts] = used;
    const text = 'Ann Lee, 12 Main Street, tel. 555 0142 889, born 3 May 1931, aged 94, 1 of 2: a@b.org, No. 12 (3)';
    const wrong = recognisers
      .filter(({ needs }) => needs?.digits !== undefined)
      .filter(({ find }) => {
        used.clear();
        Array.from(find(text));
        return used.has(ofTexts);
      });
    spy.mockRestore();
    expect(wrong.map(({ name }) => name)).toEqual([]);
  });
});
