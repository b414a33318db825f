import { z } from 'zod';
import { parseConfig, type RawConfig } from '../raw-config.ts';
import { decoderClasses, defineDecoder } from '../decoder/define.ts';

const schema = z.looseObject({
  use_sliding_window: z.boolean().default(false),
  sliding_window: z.int().positive().nullish().default(4096),
  max_window_layers: z.int().default(28),
  layer_types: z.array(z.string()).nullish(),
});

/** Window of each layer, if any: by `layer_types`, else from layer `max_window_layers` on. */
export function windowOfLayers(raw: RawConfig): (layer: number) => number | undefined {
  const {
    use_sliding_window: used,
    sliding_window: window,
    max_window_layers: first,
    layer_types: types,
  } = parseConfig(schema, raw);
  if (!used || typeof window !== 'number') return () => undefined;
  return (layer) =>
    (types?.[layer] ?? (layer >= first ? 'sliding_attention' : '')) === 'sliding_attention' ? window : undefined;
}

/** Llama with biases on q, k and v (Yang et al., 2024). */
export const architecture = defineDecoder({
  modelType: 'qwen2',
  classes: decoderClasses('Qwen2'),
  defaults: { max_position_embeddings: 32768, num_key_value_heads: 32 },
  traits(_config, { raw, rope }) {
    const windowOf = windowOfLayers(raw);
    return { attention: (layer) => ({ rope, bias: { qkv: true, output: false }, window: windowOf(layer) }) };
  },
});
