import type { Tokenizer } from './tokenizer.ts';

/**
 * Length of the prefix of `text` whose tokens `other` starts with as well. Comparing characters is not enough: two
 * special tokens may start alike, and splitting one would change its tokens.
 */
export async function sharedTokens(text: string, other: string, tokenizer: Tokenizer): Promise<number> {
  if (text.startsWith(other)) return other.length;
  if (text === '') return 0;
  const [own, others] = await tokenizer.encodeWithOffsets([text, other]);
  let count = 0;
  while (count < own.ids.length && own.ids[count] === others.ids[count]) count++;
  // A character may span several tokens; an incomplete one is not shared.
  while (count > 0 && count < own.ids.length && own.starts[count] < own.ends[count - 1]) count--;
  return count === 0 ? 0 : own.ends[count - 1];
}
