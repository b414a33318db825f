import { AttuneError } from '../base/errors.ts';
import type { RawConfig } from './raw-config.ts';

/** The decoder's first token. @throws AttuneError E_CONFIG_BAD if the configuration has none */
export function decoderStart(config: RawConfig): number {
  // If the decoder has its own configuration (T5Gemma), it starts with its BOS token.
  const { bos_token_id: first, vocab_size: own } = { ...(config.decoder as RawConfig | undefined) };
  const id = config.decoder_start_token_id ?? first ?? config.pad_token_id;
  const count = own ?? config.vocab_size;
  const tokens = typeof count === 'number' ? count : Infinity;
  if (Number.isInteger(id) && (id as number) >= 0 && (id as number) < tokens) return id as number;
  throw new AttuneError('E_CONFIG_BAD', {
    what: 'config.json has no valid start token for the decoder',
    got: id === undefined ? undefined : `${JSON.stringify(id)}, which is not a token`,
    expected: 'decoder_start_token_id',
    fix: "add it with the original model's value (0 for T5)",
  });
}
