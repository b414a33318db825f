/** Known names, places and everyday words; assets/names states the sources of the lists. */
import { readFileSync } from 'node:fs';
import { WordList } from '@attune/files/word-list';

export interface Gazetteer {
  given: WordList;
  family: WordList;
  cities: WordList;
}

let loaded: Gazetteer | undefined;

/** Reads the lists on first use. */
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

/** "JEAN-LUC" in the lists' spelling; other words unchanged. */
export function asListed(word: string): string {
  // Called for each capitalised word. Most have a lower-case letter second and need no new string.
  if (word.length < 2 || isSmall(word.charCodeAt(1)) || word !== word.toUpperCase()) return word;
  return word
    .toLowerCase()
    .replaceAll(/(?<![\p{L}])\p{L}|(?<=(?<!\p{L})(?:O['’]|Mc))\p{L}/giu, (letter) => letter.toUpperCase());
}

/** Whether a character code is a lower-case letter of ASCII. */
function isSmall(code: number): boolean {
  return code >= 97 && code <= 122;
}

let towns: WordList | undefined;

/**
 * Places with at least 3,000 inhabitants. Many names of small places are everyday words: these need other evidence to
 * count as a place.
 */
export function isTown(name: string): boolean {
  const listed = name.split(' ').map(asListed).join(' ');
  return gazetteer().cities.has(listed) || (towns ??= listOf('towns.txt')).has(listed);
}

let scripts: { given: WordList; family: WordList } | undefined;

/** Names in scripts without capital letters. */
export function scriptNames(): { given: WordList; family: WordList } {
  scripts ??= { given: listOf('script-given.txt'), family: listOf('script-family.txt') };
  return scripts;
}

/** A word in the spelling of those lists: without vowel signs, dots of loan sounds and variants of the same letter. */
export function asScriptListed(word: string): string {
  return word
    .normalize('NFC')
    .replaceAll(/[\u064b-\u0652]|[\u0670\u0640]|[\u05b0-\u05c7]|\u093c|[\u200c-\u200f]/g, '')
    .replaceAll(/[\u0958-\u095f]/g, (sign) => sign.normalize('NFD')[0])
    .replaceAll(/[أإآٱ]/g, 'ا')
    .replaceAll(/['’]/g, '׳');
}

let everyday: Uint8Array | undefined;
/** The rest of a longer word is mostly inflection. */
const STEM = 7;

/** Whether dictionaries of some thirty languages have a word. One unknown word in sixty passes as known. */
export function isEveryday(lower: string): boolean {
  everyday ??= readFileSync(pathOf('words.bin'));
  return isKept(everyday, lower.length > STEM ? `${lower.slice(0, STEM)}*` : lower);
}

/** Bits of a word in the Bloom filter. */
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
