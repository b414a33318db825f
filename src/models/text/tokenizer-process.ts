/** The process in which a tokenizer's library is tried out: whatever ends it, ends no more than this. */
import { Tokenizer as Core } from 'tokenizers';
import { serveLimited } from '../../base/serve-limited.ts';
import type { TokenizerRequest } from './tokenizer-trial.ts';

serveLimited(async function* encode({ tokenizer, texts }: TokenizerRequest) {
  const core = Core.fromString(tokenizer);
  core.disableTruncation();
  core.disablePadding();
  for (const text of texts) yield (await core.encode(text, null, { addSpecialTokens: false })).getLength();
});
