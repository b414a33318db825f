/** Names, places and everyday words that are known; assets/names says where the lists come from. */
import { readFileSync } from 'node:fs';
import { WordList } from '@attune/files/word-list';

export interface Gazetteer {
  given: WordList;
  family: WordList;
  cities: WordList;
}

let loaded: Gazetteer | undefined;

/** Reads the lists when they are first asked for. */
export function gazetteer(): Gazetteer {
  loaded ??= { given: listOf('given.txt'), family: listOf('family.txt'), cities: listOf('cities.txt') };
  return loaded;
}

function pathOf(name: string): URL {
  return new URL(`../assets/names/${name}`, import.meta.url);
}

function listOf(name: string): WordList {
  return WordList.read(pathOf(name));
}

/** "JEAN-LUC" as the lists write it; other words as they are. */
export function asListed(word: string): string {
  // Asked of every word with a capital: most have a small letter behind it, and nothing is made for these.
  if (word.length < 2 || isSmall(word.charCodeAt(1)) || word !== word.toUpperCase()) return word;
  return word
    .toLowerCase()
    .replaceAll(/(?<![\p{L}])\p{L}|(?<=(?<!\p{L})(?:O['’]|Mc))\p{L}/giu, (letter) => letter.toUpperCase());
}

/** A small letter of ASCII. */
function isSmall(code: number): boolean {
  return code >= 97 && code <= 122;
}

let towns: WordList | undefined;

/** Places of 3,000 inhabitants and more. Many of the smaller ones are words, so something else must speak for a place. */
export function isTown(name: string): boolean {
  const listed = name.split(' ').map(asListed).join(' ');
  return gazetteer().cities.has(listed) || (towns ??= listOf('towns.txt')).has(listed);
}

let scripts: { given: WordList; family: WordList } | undefined;

/** Names in letters without capitals. */
export function scriptNames(): { given: WordList; family: WordList } {
  scripts ??= { given: listOf('script-given.txt'), family: listOf('script-family.txt') };
  return scripts;
}

/** A word as those lists have it: without vowel signs, dots of borrowed sounds and variants of one sign. */
export function asScriptListed(word: string): string {
  return word
    .normalize('NFC')
    .replaceAll(/[\u064b-\u0652]|[\u0670\u0640]|[\u05b0-\u05c7]|\u093c|[\u200c-\u200f]/g, '')
    .replaceAll(/[\u0958-\u095f]/g, (sign) => sign.normalize('NFD')[0])
    .replaceAll(/[أإآٱ]/g, 'ا')
    .replaceAll(/['’]/g, '׳');
}

let everyday: Uint8Array | undefined;
/** Later letters are mostly inflection. */
const STEM = 7;

/** Whether dictionaries of some thirty languages have a word; one in sixty that none has is taken for one. */
export function isEveryday(lower: string): boolean {
  everyday ??= readFileSync(pathOf('words.bin'));
  return isKept(everyday, lower.length > STEM ? `${lower.slice(0, STEM)}*` : lower);
}

/** Bits of a word in a Bloom filter. */
const HASHES = 5;

function isKept(filter: Uint8Array, word: string): boolean {
  let [one, two] = [0x811c9dc5, 0x9747b28c];
  for (let at = 0; at < word.length; at++) {
    one = Math.imul(one ^ word.charCodeAt(at), 0x01000193);
    two = Math.imul(two ^ word.charCodeAt(at), 0x5bd1e995);
  }
  one ^= one >>> 15;
  two = (two ^ (two >>> 13)) | 1;
  for (let index = 0; index < HASHES; index++) {
    const bit = (one + Math.imul(index, two)) & (8 * filter.length - 1);
    if ((filter[bit >> 3] & (1 << (bit & 7))) === 0) return false;
  }
  return true;
}
