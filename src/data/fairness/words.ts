/** Splits a text into words without endings such as 's, and marks those that begin a sentence. */
import { tokensOf } from '@attune/privacy/tokens';

export interface Word {
  start: number;
  end: number;
  text: string;
  /** Lower case. */
  lower: string;
  /** Begins with a capital. */
  isCapital: boolean;
  /** First in a sentence, line or quotation, where a capital has no meaning. */
  isFirst: boolean;
}

/** A set from words separated by white space. */
export function wordSet(list: string): ReadonlySet<string> {
  return new Set(list.split(/\s+/));
}

/** "al-Rashid" is a name like "Rashid". */
const ARTICLED = /^(?:al|el|as|ash|ad|d|l)[-'’]\p{Lu}/u;
const ENDING = /['’](?:s|d|ll|re|ve|m)$/iu;

/** Words and punctuation in order; "she's" and "Mary's" become "she" and "Mary". */
export function wordsOf(text: string): Word[] {
  let isFirst = true;
  return tokensOf(text).map(({ start, end: whole, form }) => {
    const ending = ENDING.exec(form.text);
    const end = ending === null ? whole : whole - ending[0].length;
    const isWord = /^[\p{L}\d]/u.test(form.text);
    const isCapital = form.isCapital || ARTICLED.test(form.text);
    const word = { start, end, text: text.slice(start, end), lower: form.lower.slice(0, end - start), isCapital };
    const first = isFirst && isWord;
    if (isWord) isFirst = false;
    else isFirst = isFirst || (/^[.!?:\n"“”‘([*•–—-]$/u.test(form.text) && !isPoint(text, start));
    return { ...word, isFirst: first };
  });
}

export function isWord(word: Word | undefined): word is Word {
  return word !== undefined && /^\p{L}/u.test(word.text);
}

const ABBREVIATIONS = new Set(['mr', 'mrs', 'ms', 'dr', 'prof', 'st', 'jr', 'sr', 'messrs', 'rev', 'gen', 'lt', 'sgt']);

/** The full stop of "Mr." does not end a sentence. */
function isPoint(text: string, at: number): boolean {
  if (text[at] !== '.') return false;
  const before = /(\p{L}+)$/u.exec(text.slice(Math.max(0, at - 8), at));
  return before !== null && (ABBREVIATIONS.has(before[1].toLowerCase()) || /^\p{Lu}$/u.test(before[1]));
}
