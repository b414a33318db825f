import type { Tokenizer } from '../../../models/text/index.ts';

/** Special tokens that may start and end an input: BOS and [CLS]; [SEP], or the </s> of T5 and of image-text models. */
export function frameTokens(tokenizer: Tokenizer): { starts: number[]; ends: number[] } {
  const { bos, cls, sep, eos } = tokenizer.special;
  const idsOf = (tokens: readonly (typeof bos)[]) => tokens.flatMap((token) => (token === undefined ? [] : [token.id]));
  return { starts: idsOf([bos, cls]), ends: idsOf([sep, eos]) };
}
