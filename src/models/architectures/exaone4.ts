import { z } from 'zod';
import { parseConfig, type RawConfig } from '../raw-config.ts';
import { count } from '../config-keys.ts';
import { decoderClasses, defineDecoder } from '../decoder/define.ts';
import { NormAfter } from '../decoder/layer.ts';

const schema = z.looseObject({
  sliding_window: count.nullish().default(4096),
  sliding_window_pattern: z
    .union([z.int().min(0), z.string().regex(/^[LG]+$/)])
    .nullish()
    .default(4),
  layer_types: z.array(z.enum(['sliding_attention', 'full_attention'])).nullish(),
  num_hidden_layers: count,
});

/** Post-norm sublayers and norms of q and k; layers with full attention have no positions (EXAONE 4, 2025). */
export const architecture = defineDecoder({
  modelType: 'exaone4',
  classes: decoderClasses('Exaone4'),
  defaults: { num_key_value_heads: 32, rms_norm_eps: 1e-5 },
  traits(_config, { raw, rope }) {
    const { sliding_window: window, isSliding } = layersOf(raw);
    return {
      attention: (layer) => ({
        // A model without windows has positions in every layer.
        rope: window === undefined || isSliding(layer) ? rope : undefined,
        queryKeyNorm: 'head',
        window: isSliding(layer) ? window : undefined,
      }),
      layer: NormAfter,
    };
  },
});

/** Layers with a sliding window: listed by type, or by a repeating pattern, given as a number or in letters. */
function layersOf(raw: RawConfig) {
  const config = parseConfig(schema, raw);
  const { sliding_window_pattern: pattern, layer_types: types, num_hidden_layers: layers } = config;
  const window = config.sliding_window ?? undefined;
  const ofPattern = (layer: number) => {
    // transformers 5 writes 0 if no layer has a window.
    if (pattern === null || pattern === undefined || pattern === 0) return false;
    if (typeof pattern === 'number') return (layer + 1) % pattern !== 0;
    return layer !== layers - 1 && pattern[layer % pattern.length] === 'L';
  };
  const isSliding = (layer: number) =>
    window !== undefined && (types?.[layer] === undefined ? ofPattern(layer) : types[layer] === 'sliding_attention');
  return { sliding_window: window, isSliding };
}
