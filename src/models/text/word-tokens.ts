import type { PlacedText } from './encoded-text.ts';
import type { Tokenizer } from './tokenizer.ts';

/** Words as one framed text, and where the first token of each stands; -1 for a word that has none. */
export interface WordTokens extends PlacedText {
  firsts: Int32Array;
}

/**
 * Encodes texts that are given as words, with single spaces between them. A token belongs to the word whose characters
 * it covers, whatever the tokenizer does with the space before it.
 */
export async function encodeWords(tokenizer: Tokenizer, rows: readonly (readonly string[])[]): Promise<WordTokens[]> {
  const framed = await tokenizer.encodeFramedWithOffsets(rows.map((words) => ({ text: words.join(' ') })));
  return framed.map((text, row) => ({ ...text, firsts: firstTokens(rows[row], text) }));
}

function firstTokens(words: readonly string[], { starts, ends }: PlacedText): Int32Array {
  const firsts = new Int32Array(words.length).fill(-1);
  let token = 0;
  let from = 0;
  for (const [word, { length }] of words.entries()) {
    const to = from + length;
    // Special tokens cover nothing; a token that ends before the word is the last of another, or a space alone.
    while (token < starts.length && (ends[token] <= from || ends[token] === starts[token])) token++;
    if (token < starts.length && starts[token] < to) firsts[word] = token;
    from = to + 1;
  }
  return firsts;
}
