import { frameTokens } from './frame-tokens.ts';
import type { Tokenizer } from '../../../models/text/index.ts';

/** Tokens of unframed texts, without special tokens that the texts spell out: these would be read as boundaries. */
export async function plainTexts(tokenizer: Tokenizer, texts: readonly string[]): Promise<Int32Array[]> {
  const { unkId } = tokenizer;
  const encoded = await tokenizer.encodeBatch(texts);
  return encoded.map((ids) => ids.filter((id) => id === unkId || !tokenizer.isSpecial(id)));
}

/** Special tokens at the start and the end of a text; empty for tokenizers that add none. */
export async function textFrame(tokenizer: Tokenizer): Promise<{ start: readonly number[]; end: readonly number[] }> {
  const [{ ids }] = await tokenizer.encodeFramed([{ text: '' }]);
  const { starts } = frameTokens(tokenizer);
  const length = ids.findIndex((id) => !starts.includes(id));
  const first = length < 0 ? ids.length : length;
  return { start: [...ids.subarray(0, first)], end: [...ids.subarray(first)] };
}
