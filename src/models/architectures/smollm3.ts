import { z } from 'zod';
import { parseConfig, type RawConfig } from '../raw-config.ts';
import { count } from '../config-keys.ts';
import { decoderClasses, defineDecoder } from '../decoder/define.ts';

const schema = z.looseObject({
  use_sliding_window: z.boolean().default(false),
  sliding_window: count.nullish(),
  no_rope_layers: z.array(z.union([z.literal(0), z.literal(1), z.boolean()])).nullish(),
  no_rope_layer_interval: count.default(4),
  layer_types: z.array(z.string()).nullish(),
});

/** Llama without positions in every fourth layer, or those in `no_rope_layers` (HF SmolLM3, 2025). */
export const architecture = defineDecoder({
  modelType: 'smollm3',
  classes: decoderClasses('SmolLM3'),
  settings: ['no_rope_layers'],
  defaults: { max_position_embeddings: 32768, num_key_value_heads: 4, tie_word_embeddings: true },
  rope: { theta: 2_000_000 },
  traits({ attention_bias: bias, mlp_bias: mlpBias }, { raw, rope }) {
    const { hasRope, windowOf } = layersOf(raw);
    return {
      attention: (layer) => ({
        rope: hasRope(layer) ? rope : undefined,
        bias: { qkv: bias, output: bias },
        window: windowOf(layer),
      }),
      mlpBias,
    };
  },
});

/** Despite its name, `no_rope_layers` has a 1 for layers with rotary positions. */
function layersOf(raw: RawConfig) {
  const config = parseConfig(schema, raw);
  const { no_rope_layers: turned, no_rope_layer_interval: interval, layer_types: types } = config;
  const hasRope = (layer: number) => Boolean(turned?.[layer] ?? (layer + 1) % interval !== 0);
  const isSliding = (layer: number) =>
    types?.[layer] === undefined ? config.use_sliding_window && !hasRope(layer) : types[layer] === 'sliding_attention';
  const windowOf = (layer: number) => (isSliding(layer) ? (config.sliding_window ?? undefined) : undefined);
  return { hasRope, windowOf };
}
