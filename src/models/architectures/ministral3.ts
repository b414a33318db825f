import { z } from 'zod';
import { parseConfig, type RawConfig } from '../raw-config.ts';
import { growingQueries } from '../decoder/attention-part.ts';
import { decoderClasses, defineDecoder } from '../decoder/define.ts';
import { windowOfAll } from './mistral.ts';

/** Default rotary settings. */
export const YARN = {
  rope_type: 'yarn',
  rope_theta: 1_000_000,
  factor: 16,
  original_max_position_embeddings: 16384,
  beta_fast: 32,
  beta_slow: 1,
  mscale_all_dim: 1,
  mscale: 1,
  llama_4_scaling_beta: 0.1,
};

const schema = z.looseObject({
  rope_parameters: z
    .looseObject({
      llama_4_scaling_beta: z.number().nullish(),
      original_max_position_embeddings: z.number().positive().nullish(),
    })
    .nullish(),
});

/** Settings of the query scaling: weight of the logarithm, and positions per step. */
export function queryScaleSettings(raw: RawConfig): { weight?: number | null; step?: number | null } {
  const { llama_4_scaling_beta: weight, original_max_position_embeddings: step } =
    parseConfig(schema, raw).rope_parameters ?? {};
  return { weight, step };
}

/** Scaling of queries with their position, if configured. */
export function queryScaleOf(raw: RawConfig): ReturnType<typeof growingQueries> | undefined {
  const { weight, step } = queryScaleSettings(raw);
  return weight && step ? growingQueries(weight, step) : undefined;
}

export function withPositions(raw: RawConfig, defaults: RawConfig = YARN): RawConfig {
  return { ...raw, rope_parameters: raw.rope_parameters ?? defaults };
}

/** Mistral with queries scaled by position (Ministral 3, Mistral AI, 2025). */
export const architecture = defineDecoder({
  modelType: 'ministral3',
  classes: decoderClasses('Ministral3'),
  defaults: {
    vocab_size: 131072,
    hidden_size: 4096,
    intermediate_size: 14336,
    num_hidden_layers: 34,
    num_attention_heads: 32,
    num_key_value_heads: 8,
    head_dim: 128,
    rms_norm_eps: 1e-5,
    max_position_embeddings: 262144,
  },
  read: (raw) => withPositions(raw),
  traits(_config, { raw, rope }) {
    const window = windowOfAll(raw);
    const queryScale = queryScaleOf(withPositions(raw));
    return { attention: () => ({ rope, window, queryScale }) };
  },
});
