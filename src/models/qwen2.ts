import { z } from 'zod';
import { parseConfig } from './config.ts';
import { defineDecoder, type DecoderConfig } from './llama.ts';

const schema = z.looseObject({
  use_sliding_window: z.boolean().default(false),
  sliding_window: z.int().positive().nullish(),
  max_window_layers: z.int().default(28),
  layer_types: z.array(z.string()).nullish(),
});

/** Which layers of a Qwen model look through a window: named by `layer_types`, else those from `max_window_layers` on. */
export function windowOfLayers(config: DecoderConfig): (layer: number) => number | undefined {
  const {
    use_sliding_window: used,
    sliding_window: window,
    max_window_layers: first,
    layer_types: types,
  } = parseConfig(schema, config);
  if (!used || typeof window !== 'number') return () => undefined;
  return (layer) =>
    (types?.[layer] ?? (layer >= first ? 'sliding_attention' : '')) === 'sliding_attention' ? window : undefined;
}

/** Llama with biases on q, k and v (Yang et al., 2024). */
export const architecture = defineDecoder('qwen2', 'Qwen2', (config) => ({
  projectionBias: { qkv: true, output: false },
  mlpBias: false,
  headNorm: false,
  window: windowOfLayers(config),
}));
