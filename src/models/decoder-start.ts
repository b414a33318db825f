import { AttuneError } from '../base/errors.ts';
import type { RawConfig } from './config.ts';

/** The token that a decoder begins with. @throws AttuneError E_CONFIG_BAD where the configuration names none */
export function decoderStart(config: RawConfig): number {
  // Where the decoder has a configuration of its own (T5Gemma), its first token is that of any text.
  const { bos_token_id: first, vocab_size: own } = { ...(config.decoder as RawConfig | undefined) };
  const id = config.decoder_start_token_id ?? first ?? config.pad_token_id;
  const count = own ?? config.vocab_size;
  const tokens = typeof count === 'number' ? count : Infinity;
  if (Number.isInteger(id) && (id as number) >= 0 && (id as number) < tokens) return id as number;
  throw new AttuneError('E_CONFIG_BAD', {
    what: 'The config.json of this model does not say what its decoder begins with',
    got: id === undefined ? undefined : `${JSON.stringify(id)}, which is not a token`,
    expected: 'decoder_start_token_id',
    fix: 'add it, as the original model has it (0 for T5)',
  });
}
