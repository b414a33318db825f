import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { WordList } from '../../../src/files/word-list.ts';

function listed(text: string): WordList {
  return new WordList(Buffer.from(text));
}

/** The meaning of a list's lines, as a JavaScript map. */
function mapOf(text: string): Map<string, string> {
  return new Map(
    text.split('\n').map((line) => (line.endsWith('?') ? [line.slice(0, -1), 'ambiguous'] : [line, 'plain'])),
  );
}

describe('a list of words', () => {
  it('tells by its mark whether a word is one of everyday language too', () => {
    const list = listed('Anna\nGrace?\nZoë?\n');
    expect(list.get('Anna')).toBe('plain');
    expect(list.get('Grace')).toBe('ambiguous');
    expect(list.get('Zoë')).toBe('ambiguous');
    for (const absent of ['Ann', 'Annas', 'anna', 'Grace?', 'Anna?', 'Zoe', 'Zo', 'Zoë?'])
      expect([absent, list.has(absent), list.get(absent)]).toEqual([absent, false, undefined]);
  });

  it('takes a mark for a mark at the end of a line alone', () => {
    const list = listed('What??\nWh?t\n\nB');
    expect([...list]).toEqual([
      ['What?', 'ambiguous'],
      ['Wh?t', 'plain'],
      ['', 'plain'],
      ['B', 'plain'],
    ]);
    for (const absent of ['What', 'What??', 'Wh']) expect(list.has(absent)).toBe(false);
  });

  it('knows letters of any script', () => {
    const words = [
      'Łukasz',
      'Ångström',
      'Nguyễn',
      'Елена',
      'Ἀθηνᾶ',
      'Bo’ness',
      '田中',
      'אבי',
      '𝒜lex',
      'é',
      'ẞ',
      '\uffff',
    ];
    const list = listed(words.join('\n'));
    for (const word of words) expect([word, list.get(word)]).toEqual([word, 'plain']);
    expect(Array.from(list, ([word]) => word)).toEqual(words);
    // Absent words: other normal forms, lone surrogates, and bytes that are confused with other characters.
    for (const absent of ['Ångström'.normalize('NFD'), 'é'.normalize('NFD'), '\ud835', '\udc9clex', 'Ã©', '\ufffd'])
      expect([absent, list.has(absent)]).toEqual([absent, false]);
  });

  it('has the empty word where a line is empty', () => {
    expect(listed('Anna').has('')).toBe(false);
    expect(listed('Anna\n').get('')).toBe('plain');
    expect(listed('?\nAnna').get('')).toBe('ambiguous');
    expect([...listed('')]).toEqual([['', 'plain']]);
  });

  it('tells words of one hash apart, and what comes after a whole list of them', () => {
    const pairs = [
      ['costarring', 'liquid'],
      ['declinate', 'macallums'],
      ['altarage', 'zinke'],
    ];
    for (const [one, other] of pairs) {
      expect(listed(one).has(other)).toBe(false);
      expect(listed(`${one}?`).has(other)).toBe(false);
      const both = listed(`${one}\n${other}?`);
      expect([both.get(one), both.get(other)]).toEqual(['plain', 'ambiguous']);
    }
    // In tables of two and four slots, every look-up collides.
    const list = listed('a\nb?');
    const letters = 'abcdefghijklmnopqrstuvwxyz?\n';
    for (const letter of letters)
      expect([letter, list.has(letter)]).toEqual([letter, letter === 'a' || letter === 'b']);
  });

  it('has no word that goes on over a mark or the end of a line', () => {
    // In such small tables, many look-ups reach a line with the same beginning.
    const letters = Array.from('abcdefghijklmnopqrstuvwxyz');
    const pairs = letters.flatMap((one) => letters.map((other) => [one, other]));
    for (const [one, other] of pairs) {
      for (const text of [`${one}\n${other}`, `${one}?\n\n${other}`, `${one}\n\n`]) {
        const beginnings = Array.from(text, (_, at) => text.slice(0, at + 1)).filter((word) => /[?\n]/.test(word));
        // Without a longer word in the list, longer words are not looked up.
        const list = listed(`${text}\nlonger`);
        expect([text, beginnings.filter((word) => list.has(word))]).toEqual([text, []]);
      }
    }
  });

  it('has of several lines with one word what the last says', () => {
    const list = listed('Mark\nAnna\nMark?\nJo?\nAnna\nJo');
    expect(['Mark', 'Anna', 'Jo'].map((word) => list.get(word))).toEqual(['ambiguous', 'plain', 'plain']);
    expect([...list]).toEqual([
      ['Mark', 'ambiguous'],
      ['Anna', 'plain'],
      ['Jo', 'plain'],
    ]);
  });

  it('holds words of any length', () => {
    const long = 'Taumatawhakatangihangakōauau'.repeat(400);
    const list = listed(`Anna\n${long}?\n`);
    expect(list.get(long)).toBe('ambiguous');
    for (const absent of [
      long.slice(1),
      long.slice(0, -1),
      `${long}x`,
      'ō'.repeat(long.length),
      '田'.repeat(long.length),
    ])
      expect(list.has(absent)).toBe(false);
    // Longer than any of their words, in characters of three bytes.
    for (const short of [listed('Anna'), listed('')]) expect(short.has('田'.repeat(5000))).toBe(false);
  });

  it('is made of words', () => {
    expect([...WordList.of(new Set(['San', 'Bad', 'São']))].map(([word]) => word)).toEqual(['San', 'Bad', 'São']);
  });

  it.each(['given.txt', 'family.txt', 'cities.txt', 'towns.txt', 'script-given.txt', 'script-family.txt'])(
    'says of %s what its lines say',
    (name) => {
      const path = new URL(`../../../packages/privacy/assets/names/${name}`, import.meta.url);
      const expected = mapOf(readFileSync(path, 'utf8'));
      const list = WordList.read(path);
      expect([...list]).toEqual([...expected]);
      const wrong = [...expected].filter(([word, standing]) => list.get(word) !== standing || !list.has(word));
      expect(wrong).toEqual([]);
      const others = [...expected.keys()].flatMap((word) => [
        `${word}s`,
        word.slice(1),
        word.toLowerCase(),
        `${word}?`,
      ]);
      expect(others.filter((word) => list.has(word) !== expected.has(word))).toEqual([]);
    },
  );
});
