import { isStopWord } from './stop-words.ts';

/** Statistics of a text's words, which are separated by white space. */
export interface ScannedWords {
  /** Hash of each word's UTF-16 units (FNV-1a). */
  hashes: Uint32Array;
  /** Total length of all words in UTF-16 units. */
  characters: number;
  stopWords: number;
}

/** Scans a text's words without creating a string for each, which would dominate the cost of examining it. */
export function scanWords(text: string): ScannedWords {
  if (scratch.length <= text.length) scratch = new Uint32Array(2 * text.length);
  let count = 0;
  let characters = 0;
  let stopWords = 0;
  for (let at = 0; at < text.length; at++) {
    if (isSpace(text.charCodeAt(at))) continue;
    const from = at;
    let hash = 0x811c9dc5;
    for (; at < text.length; at++) {
      const code = text.charCodeAt(at);
      if (isSpace(code)) break;
      hash = Math.imul(hash ^ code, 0x01000193);
    }
    scratch[count++] = hash;
    characters += at - from;
    if (isStopWord(text, from, at)) stopWords++;
  }
  return { hashes: scratch.slice(0, count), characters, stopWords };
}

/** Buffer reused between texts. */
let scratch = new Uint32Array(4096);

/** Same as `\s` in a regular expression. */
function isSpace(code: number): boolean {
  if (code < 0x80) return code === 0x20 || (code >= 0x09 && code <= 0x0d);
  if (code < 0x1680) return code === 0xa0;
  return (
    (code >= 0x2000 && code <= 0x200a) ||
    code === 0x1680 ||
    code === 0x2028 ||
    code === 0x2029 ||
    code === 0x202f ||
    code === 0x205f ||
    code === 0x3000 ||
    code === 0xfeff
  );
}
