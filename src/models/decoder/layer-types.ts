/** Layers with a sliding window among layers with full attention, and each type's rotary positions. */
import { z } from 'zod';
import { Rope } from '../../engine/nn/index.ts';
import { parseConfig, type RawConfig } from '../raw-config.ts';
import { count } from '../config-keys.ts';
import { headShape, type DecoderConfig } from './config.ts';
import { ropeOptions, ropeSchema } from './rope-settings.ts';

const types = z.enum(['sliding_attention', 'full_attention']);

const schema = z.looseObject({
  sliding_window: count.nullish(),
  layer_types: z.array(types).nullish(),
  /** Older configurations: every nth layer has full attention. */
  sliding_window_pattern: count.nullish(),
});

/** Type and window of each layer, from a list or a pattern; `absent` fills in what the configuration omits. */
export function slidingLayers(raw: RawConfig, absent: { window?: number; pattern: number }) {
  const config = parseConfig(schema, raw);
  const { layer_types: own, sliding_window_pattern: given, sliding_window: window = absent.window } = config;
  const pattern = given ?? absent.pattern;
  return (layer: number): { isSliding: boolean; window?: number } => {
    const type = own?.[layer] ?? ((layer + 1) % pattern === 0 ? 'full_attention' : 'sliding_attention');
    const isSliding = type === 'sliding_attention';
    return { isSliding, window: isSliding ? (window ?? undefined) : undefined };
  };
}

/** Ignores settings next to the layer types: leftovers of the common form, which transformers no longer reads. */
const byType = z.looseObject({
  rope_parameters: z.looseObject({ sliding_attention: ropeSchema.optional(), full_attention: ropeSchema.optional() }),
});

function ropesOf(raw: RawConfig): z.output<typeof byType>['rope_parameters'] | undefined {
  const parameters = (raw.rope_parameters ?? {}) as object;
  return types.options.some((type) => type in parameters) ? parseConfig(byType, raw).rope_parameters : undefined;
}

/** The configuration with the rotary settings of full attention, if each layer type has its own. */
export function withGlobalRope(raw: RawConfig): RawConfig {
  const own = ropesOf(raw);
  return own === undefined ? raw : { ...raw, rope_parameters: own.full_attention };
}

/** Base of the sliding layers' rotary positions. */
export function localTheta(raw: RawConfig, usual: number): number {
  const { rope_local_base_freq: older } = raw;
  return ropesOf(raw)?.sliding_attention?.rope_theta ?? (typeof older === 'number' ? older : usual);
}

/** Rotary positions of the sliding layers: `rope_scaling` does not apply to them; `rope_parameters` without layer types do. */
export function localRope(config: DecoderConfig, raw: RawConfig): Rope {
  const own = ropesOf(raw);
  const isCommon = own === undefined && (raw.rope_parameters ?? undefined) !== undefined;
  const local = { ...config, rope_parameters: own?.sliding_attention, rope_scaling: undefined };
  return new Rope(ropeOptions(isCommon ? config : local, headShape(config).size));
}
