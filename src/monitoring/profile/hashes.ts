import { hashWord } from '../../data/shingles.ts';

/** 53-bit hash of a text, from two 32-bit hashes, so that it fits a number. */
export function hashPair(text: string): number {
  return (hashWord(text) >>> 11) * 2 ** 32 + hashWord(`${text}·`);
}
