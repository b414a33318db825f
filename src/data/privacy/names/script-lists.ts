/** What is known of names in letters without capitals; assets/names says where the lists come from. */
import { readFileSync } from 'node:fs';
import { WordList } from '../word-list.ts';
import { isKept } from './word-filter.ts';

/** Bits of the filter of everyday words; of 460,000 of them, one word in a hundred that is none is taken for one. */
export const SCRIPT_BITS = 1 << 22;

export const FAMILY_OF_TWO =
  /^(?:欧阳|歐陽|司马|司馬|上官|诸葛|諸葛|尉迟|尉遲|东方|東方|皇甫|令狐|慕容|司徒|夏侯|公孙|公孫|端木|范姜|张简|張簡|欧陽)/u;

interface ScriptLists {
  given: WordList;
  family: WordList;
  /** How much likelier a sign is in a Chinese name than in texts, as powers of two. */
  signs: { given: Map<string, number>; family: Map<string, number> };
  words: Uint8Array;
}

let loaded: ScriptLists | undefined;

/** Reads the lists when a text with such letters is first met. */
export function scriptLists(): ScriptLists {
  loaded ??= {
    given: WordList.read(pathOf('script-given.txt')),
    family: WordList.read(pathOf('script-family.txt')),
    signs: readSigns(),
    words: readFileSync(pathOf('script-words.bin')),
  };
  return loaded;
}

function pathOf(name: string): URL {
  return new URL(`../../../../assets/names/${name}`, import.meta.url);
}

function readSigns(): ScriptLists['signs'] {
  const signs = { given: new Map<string, number>(), family: new Map<string, number>() };
  for (const line of readFileSync(pathOf('script-signs.txt'), 'utf8').split('\n')) {
    const [kind, level, all] = line.split(' ');
    for (const sign of all) signs[kind as 'given' | 'family'].set(sign, Number(level));
  }
  return signs;
}

/** A word as the lists have it: without vowel signs, dots of borrowed sounds and the ways to write one sign. */
export function asKnown(word: string): string {
  return word
    .normalize('NFC')
    .replaceAll(/[\u064b-\u0652]|[\u0670\u0640]|[\u05b0-\u05c7]|\u093c|[\u200c-\u200f]/g, '')
    .replaceAll(/[\u0958-\u095f]/g, (sign) => sign.normalize('NFD')[0])
    .replaceAll(/[أإآٱ]/g, 'ا')
    .replaceAll(/['’]/g, '׳');
}

/** Whether a word is one of everyday Chinese, Korean or Thai. */
export function isScriptWord(word: string): boolean {
  return isKept(scriptLists().words, word);
}
