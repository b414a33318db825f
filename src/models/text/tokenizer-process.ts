/** Process that tries out the tokenizers library, so that a crash does not end the main process. */
import { serveLimited } from '../../base/serve-limited.ts';
import { tokenizers } from './tokenizers-library.ts';
import type { TokenizerRequest } from './tokenizer-trial.ts';

serveLimited(async function* encode({ tokenizer, texts }: TokenizerRequest) {
  const core = tokenizers.Tokenizer.fromString(tokenizer);
  core.disableTruncation();
  core.disablePadding();
  for (const text of texts) yield (await core.encode(text, null, { addSpecialTokens: false })).getLength();
});
