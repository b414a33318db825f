import type { PlacedText } from './encoded-text.ts';
import type { Tokenizer } from './tokenizer.ts';

/** Words as one text with special tokens, and the first token of each word; -1 for a word without tokens. */
export interface WordTokens extends PlacedText {
  firsts: Int32Array;
}

/**
 * Encodes words, joined by single spaces. A token belongs to the word whose characters it covers, whatever the
 * tokenizer does with the space before it.
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
    // Skips special tokens, which cover nothing, and tokens that end before the word: those of another word, or a
    // space.
    while (token < starts.length && (ends[token] <= from || ends[token] === starts[token])) token++;
    if (token < starts.length && starts[token] < to) firsts[word] = token;
    from = to + 1;
  }
  return firsts;
}
