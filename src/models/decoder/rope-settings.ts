/** Rotary settings of a configuration: `rope_theta` with `rope_scaling`, or `rope_parameters` (transformers 5). */
import { z } from 'zod';
import { AttuneError, type Problem } from '../../base/errors.ts';
import type { RawConfig } from '../raw-config.ts';
import { ropeNeeds, ropeTypes, type RopeOptions, type RopeScaling } from '../../engine/nn/index.ts';

const number = z.number().nullish();
const factors = z.array(z.number().positive()).nullish();

/** One entry of `rope_scaling` or `rope_parameters`. */
export const ropeSchema = z
  .looseObject({
    rope_type: z.string().nullish(),
    type: z.string().nullish(),
    rope_theta: number,
    partial_rotary_factor: number,
    factor: number,
    attention_factor: number,
    beta_fast: number,
    beta_slow: number,
    mscale: number,
    mscale_all_dim: number,
    truncate: z.boolean().nullish(),
    short_factor: factors,
    long_factor: factors,
    short_mscale: number,
    long_mscale: number,
    low_freq_factor: number,
    high_freq_factor: number,
    original_max_position_embeddings: number,
  })
  .superRefine((entry, context) => {
    const type = typeOf(entry);
    if (!ropeTypes.includes(type)) {
      context.addIssue({ code: 'custom', message: `rope_type must be one of ${ropeTypes.join(', ')}` });
    }
    for (const key of ropeNeeds[type] ?? []) {
      if (entry[key] === undefined || entry[key] === null)
        context.addIssue({ code: 'custom', path: [key], message: `is needed by the rope_type ${type}` });
    }
  });

export type RopeEntry = z.output<typeof ropeSchema>;

/** config.json keys of rotary positions. */
export const ropeKeys = {
  max_position_embeddings: z.int().positive().default(2048),
  rope_theta: number,
  rope_scaling: ropeSchema.nullish(),
  rope_parameters: ropeSchema.nullish(),
  partial_rotary_factor: z.number().positive().max(1).nullish(),
  original_max_position_embeddings: number,
};

export type RopeConfig = z.output<z.ZodObject<typeof ropeKeys>>;

/** An architecture's defaults for missing configuration keys. */
export interface RopeDefaults {
  theta?: number;
  /** Share of a head's features that is rotated. */
  share?: number;
  original?: number;
  turnsNeighbours?: boolean;
}

/**
 * Options of the rotary positions. Contradictions are resolved as transformers does: 4.57 for the older names, 5 for
 * the newer ones.
 *
 * @throws AttuneError E_CONFIG_BAD
 */
export function ropeOptions(config: RopeConfig, headSize: number, defaults: RopeDefaults = {}): RopeOptions {
  const { theta = 10000, share = 1 } = defaults;
  const { rope_parameters: renewed, rope_scaling: older, max_position_embeddings: maxPositions } = config;
  const entry = renewed ?? older ?? {};
  const ownTheta = renewed === undefined || renewed === null ? config.rope_theta : undefined;
  const turned = entry.partial_rotary_factor ?? config.partial_rotary_factor ?? share;
  const options = {
    size: typeOf(entry) === 'proportional' ? headSize : Math.floor(headSize * turned),
    theta: ownTheta ?? entry.rope_theta ?? config.rope_theta ?? theta,
    scaling: scalingOf(config, defaults),
    maxPositions,
    turnsNeighbours: defaults.turnsNeighbours,
  };
  refuseOtherSizes(options);
  return options;
}

/** Maximum row length: some scalings extend it beyond `max_position_embeddings`. */
export function stretchedPositions({ scaling, maxPositions }: RopeOptions): number {
  const { rope_type: type, factor = 1, original_max_position_embeddings: known = maxPositions } = scaling;
  if (type === 'dynamic') return Math.floor(maxPositions * factor);
  return type === 'yarn' ? Math.max(maxPositions, Math.floor(known * factor)) : maxPositions;
}

/** transformers 5.13.0.dev0 omitted the factor in DeepSeek V2 and Mistral 4; fixed in huggingface/transformers#47435. */
export function isWithoutScoreFactor({ transformers_version: version, rope_parameters: renewed }: RawConfig): boolean {
  return version === '5.13.0.dev0' && renewed !== undefined && renewed !== null;
}

/** Factor of DeepSeek's attention scores when positions are scaled. */
export function stretchedScores({ rope_parameters: renewed, rope_scaling: older }: RopeConfig): number {
  const entry = renewed ?? older ?? {};
  const { factor, mscale_all_dim: weight } = entry;
  if (typeOf(entry) === 'default' || !factor || factor <= 1 || !weight) return 1;
  return (0.1 * weight * Math.log(factor) + 1) ** 2;
}

function typeOf({ rope_type: type, type: older }: Pick<RopeEntry, 'rope_type' | 'type'>): string {
  return type ?? older ?? 'default';
}

function scalingOf(config: RopeConfig, { original }: RopeDefaults): RopeScaling {
  const { rope_parameters: renewed, rope_scaling: older, original_max_position_embeddings: outside } = config;
  if (renewed !== undefined && renewed !== null) {
    return { ...plain(renewed), original_max_position_embeddings: outside ?? inside(renewed) ?? original };
  }
  const scaling = plain(older ?? {});
  // The older names give longrope a single pre-training length, outside of the entry; the factor follows from it.
  if (scaling.rope_type !== 'longrope') return scaling;
  const known = outside ?? original;
  return {
    ...scaling,
    original_max_position_embeddings: known,
    factor: known === undefined ? scaling.factor : undefined,
  };
}

function inside(entry: RopeEntry): number | undefined {
  return entry.original_max_position_embeddings ?? undefined;
}

/** The entry without its null values. */
function plain(entry: RopeEntry): RopeScaling {
  const given = Object.entries(entry).filter(([, value]) => value !== null && value !== undefined);
  return { ...Object.fromEntries(given), rope_type: typeOf(entry) };
}

function refuseOtherSizes({ size, scaling }: RopeOptions): void {
  const problems = (['short_factor', 'long_factor'] as const).flatMap((field): Problem[] => {
    const length = scaling.rope_type === 'longrope' ? scaling[field]?.length : size / 2;
    return length === size / 2 ? [] : [{ field, message: `has ${length} factors for ${size / 2} frequencies` }];
  });
  if (size % 2 === 1)
    problems.push({ field: 'partial_rotary_factor', message: `rotates ${size} features, an odd number` });
  if (problems.length === 0) return;
  throw new AttuneError('E_CONFIG_BAD', {
    what: 'The rotary settings in config.json do not fit its attention heads',
    problems,
    fix: 'fetch the model again, or fix its config.json',
  });
}
