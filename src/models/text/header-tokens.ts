import type { Tokenizer } from './tokenizer.ts';

/**
 * How many characters of `text` are the tokens that `other` begins with too. Characters in common are not enough: two
 * special tokens may begin alike, and a cut inside of one would make other tokens of it.
 */
export async function sharedTokens(text: string, other: string, tokenizer: Tokenizer): Promise<number> {
  if (text.startsWith(other)) return other.length;
  if (text === '') return 0;
  const [own, others] = await tokenizer.encodeWithOffsets([text, other]);
  let count = 0;
  while (count < own.ids.length && own.ids[count] === others.ids[count]) count++;
  // A character may be several tokens: one that is not complete is not shared.
  while (count > 0 && count < own.ids.length && own.starts[count] < own.ends[count - 1]) count--;
  return count === 0 ? 0 : own.ends[count - 1];
}
