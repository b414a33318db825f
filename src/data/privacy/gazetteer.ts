/** Given names, family names and places that are known; assets/names says where they come from. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** `plain`: the word says so by itself; `ambiguous`: it is a word of everyday language too. */
export type Standing = 'plain' | 'ambiguous';

export interface Gazetteer {
  given: ReadonlyMap<string, Standing>;
  family: ReadonlyMap<string, Standing>;
  cities: ReadonlyMap<string, Standing>;
}

let loaded: Gazetteer | undefined;

/** Reads the lists when they are first asked for. */
export function gazetteer(): Gazetteer {
  loaded ??= { given: readList('given.txt'), family: readList('family.txt'), cities: readList('cities.txt') };
  return loaded;
}

function readList(name: string): Map<string, Standing> {
  const path = fileURLToPath(new URL(`../../../assets/names/${name}`, import.meta.url));
  const lines = readFileSync(path, 'utf8').split('\n');
  return new Map(lines.map((line) => (line.endsWith('?') ? [line.slice(0, -1), 'ambiguous'] : [line, 'plain'])));
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
