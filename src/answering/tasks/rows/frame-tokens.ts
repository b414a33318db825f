import type { Tokenizer } from '../../../models/text/index.ts';

/** The tokens that may begin and end a text's frame: BOS and [CLS]; [SEP], and </s> of T5 and of texts for images. */
export function frameTokens(tokenizer: Tokenizer): { starts: number[]; ends: number[] } {
  const { bos, cls, sep, eos } = tokenizer.special;
  const idsOf = (tokens: readonly (typeof bos)[]) => tokens.flatMap((token) => (token === undefined ? [] : [token.id]));
  return { starts: idsOf([bos, cls]), ends: idsOf([sep, eos]) };
}
