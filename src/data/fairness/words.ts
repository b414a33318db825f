/** Words of a text with what follows an apostrophe apart, and which of them begin a sentence. */
import { tokensOf, type Token } from '../privacy/names/tokens.ts';

export interface Word extends Token {
  /** The first word of a sentence, a line or a quotation: its capital tells nothing. */
  isFirst: boolean;
}

/** A list of words with white space between them. */
export function wordSet(list: string): ReadonlySet<string> {
  return new Set(list.split(/\s+/));
}

const ENDING = /['’](?:s|d|ll|re|ve|m)$/iu;

/** Words and marks in their order; "she's" and "Mary's" are "she" and "Mary". */
export function wordsOf(text: string): Word[] {
  let isFirst = true;
  return tokensOf(text).map((token) => {
    const ending = ENDING.exec(token.text);
    const end = ending === null ? token.end : token.end - ending[0].length;
    const isWord = /^[\p{L}\d]/u.test(token.text);
    const word = { ...token, end, text: text.slice(token.start, end), lower: token.lower.slice(0, end - token.start) };
    const first = isFirst && isWord;
    if (isWord) isFirst = false;
    else isFirst = isFirst || (/^[.!?:\n"“”‘([*•–—-]$/u.test(token.text) && !isPoint(text, token.start));
    return { ...word, isFirst: first };
  });
}

export function isWord(word: Word | undefined): word is Word {
  return word !== undefined && /^\p{L}/u.test(word.text);
}

const ABBREVIATIONS = new Set(['mr', 'mrs', 'ms', 'dr', 'prof', 'st', 'jr', 'sr', 'messrs', 'rev', 'gen', 'lt', 'sgt']);

/** The full stop of "Mr." ends no sentence. */
function isPoint(text: string, at: number): boolean {
  if (text[at] !== '.') return false;
  const before = /(\p{L}+)$/u.exec(text.slice(Math.max(0, at - 8), at));
  return before !== null && (ABBREVIATIONS.has(before[1].toLowerCase()) || /^\p{Lu}$/u.test(before[1]));
}
