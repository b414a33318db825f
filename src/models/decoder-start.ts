import { AttuneError } from '../base/errors.ts';
import type { RawConfig } from './config.ts';

/** The token that a decoder begins with. @throws AttuneError E_CONFIG_BAD where the configuration names none */
export function decoderStart(config: RawConfig): number {
  const id = config.decoder_start_token_id ?? config.pad_token_id;
  const tokens = typeof config.vocab_size === 'number' ? config.vocab_size : Infinity;
  if (Number.isInteger(id) && (id as number) >= 0 && (id as number) < tokens) return id as number;
  throw new AttuneError('E_CONFIG_BAD', {
    what: 'The config.json of this model does not say what its decoder begins with',
    got: id === undefined ? undefined : `${JSON.stringify(id)}, which is not a token`,
    expected: 'decoder_start_token_id',
    fix: 'add it, as the original model has it (0 for T5)',
  });
}
