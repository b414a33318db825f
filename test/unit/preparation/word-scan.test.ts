import { expect, it } from 'vitest';
import { randomUint32 } from '../../../src/base/random.ts';
import { isStopWord } from '../../../src/preparation/stop-words.ts';
import { scanWords } from '../../../src/preparation/word-scan.ts';

const words = (text: string) => text.split(/\s+/).filter((word) => word !== '');

it('sees the words that splitting at white space gives, whatever the space', () => {
  const differing: number[] = [];
  for (let code = 0; code < 0x10000; code++) {
    const text = `${String.fromCharCode(code)}a${String.fromCharCode(code)}bc`;
    const { hashes, characters } = scanWords(text);
    const expected = words(text);
    if (hashes.length !== expected.length || characters !== expected.join('').length) differing.push(code);
  }
  expect(differing).toEqual([]);
  expect(scanWords('').hashes).toHaveLength(0);
  expect(scanWords('  one\n two one ').hashes).toHaveLength(3);
  const [one, two, again] = scanWords('  one\n two one ').hashes;
  expect(one).toBe(again);
  expect(one).not.toBe(two);
  expect(scanWords(' a'.repeat(20_000)).characters).toBe(20_000);
});

it('counts stop words with signs around them and in any case, and none within others', () => {
  const parts = [
    'the',
    'The,',
    '(und)',
    '“le”',
    'для',
    '¿qué',
    'être',
    'är',
    'ÄR!',
    'otherwise',
    'x-the',
    '42',
    'th3',
    '--',
    '»der«',
  ];
  const plain = (word: string) => word.toLowerCase().replaceAll(/^[^\p{L}]+|[^\p{L}]+$/gu, '');
  const known = new Set(['the', 'und', 'le', 'är', 'der']);
  const picked = Array.from({ length: 500 }, (_, at) => parts[randomUint32([at, 'part']) % parts.length]);
  expect(scanWords(picked.join(' ')).stopWords).toBe(picked.filter((word) => known.has(plain(word))).length);
  expect(isStopWord('of the sea', 3, 6)).toBe(true);
});
