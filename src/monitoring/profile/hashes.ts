import { hashWord } from '../../data/shingles.ts';

/** 53 bits of a text, from two hashes of 32 bits: as a number it can be sorted and compared. */
export function hashPair(text: string): number {
  return (hashWord(text) >>> 11) * 2 ** 32 + hashWord(`${text}·`);
}
