/** Given names, family names and places that are known; assets/names says where they come from. */
import { WordList } from './word-list.ts';

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

function listOf(name: string): WordList {
  return WordList.read(new URL(`../../../assets/names/${name}`, import.meta.url));
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
