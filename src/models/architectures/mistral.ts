import { z } from 'zod';
import { parseConfig, type RawConfig } from '../raw-config.ts';
import { count } from '../config-keys.ts';
import { decoderClasses, defineDecoder } from '../decoder/define.ts';

/** The reference's default window. */
export const MISTRAL_WINDOW = 4096;

const schema = z.looseObject({ sliding_window: count.nullish() });

/** Window of all layers; `absent` is the default. */
export function windowOfAll(raw: RawConfig, absent?: number): number | undefined {
  const { sliding_window: window = absent } = parseConfig(schema, raw);
  return window ?? undefined;
}

/** Llama with a sliding window in every layer (Jiang et al., 2023). */
export const architecture = defineDecoder({
  modelType: 'mistral',
  classes: decoderClasses('Mistral'),
  defaults: { max_position_embeddings: 131072, num_key_value_heads: 8 },
  traits(config, { raw, rope }) {
    const window = windowOfAll(raw, MISTRAL_WINDOW);
    // The reference's layers never have biases, whatever the configuration says.
    return { attention: () => ({ rope, window }) };
  },
});
