import { z } from 'zod';
import { RMSNorm, type Rope } from '../../engine/nn/index.ts';
import { parseConfig, type RawConfig } from '../raw-config.ts';
import type { AttentionTraits } from '../decoder/attention-part.ts';
import { count } from '../config-keys.ts';
import { headShape, type DecoderConfig } from '../decoder/config.ts';
import { defineDecoder } from '../decoder/define.ts';

const entry = z.looseObject({ alpha: z.number().positive().nullish(), rope_theta: z.number().positive().nullish() });

const schema = z.looseObject({
  hidden_size: count,
  num_attention_heads: count,
  head_dim: count.nullish(),
  rope_theta: z.number().positive().nullish(),
  rope_scaling: entry.nullish(),
  rope_parameters: entry.nullish(),
});

export const hunyuanDefaults = {
  vocab_size: 290943,
  hidden_size: 4096,
  intermediate_size: 11008,
  num_hidden_layers: 32,
  num_attention_heads: 32,
  rms_norm_eps: 1e-5,
};

/** Scales the rotary base by `alpha`, for rows of any length and whatever the scaling type. */
export function withStretchedBase(raw: RawConfig): RawConfig {
  const config = parseConfig(schema, { ...hunyuanDefaults, ...raw });
  const { alpha, rope_theta: inner } = config.rope_parameters ?? config.rope_scaling ?? {};
  if (alpha === undefined || alpha === null) return raw;
  const { size } = headShape(config);
  const theta = (inner ?? config.rope_theta ?? 10000) * alpha ** (size / (size - 2));
  return { ...raw, rope_scaling: undefined, rope_parameters: { rope_type: 'default', rope_theta: theta } };
}

/** Heads are normalised after rotation. */
export function hunyuanAttention(config: DecoderConfig, rope: Rope): AttentionTraits {
  const { attention_bias: bias, rms_norm_eps: epsilon } = config;
  const norm = () => new RMSNorm(headShape(config).size, epsilon);
  return {
    rope,
    bias: { qkv: bias, output: bias },
    turnedNorms: [
      { name: 'query_layernorm', module: norm() },
      { name: 'key_layernorm', module: norm() },
    ],
  };
}

/** Llama with norms of the rotated heads (Hunyuan, Tencent, 2025). */
export const architecture = defineDecoder({
  modelType: 'hunyuan_v1_dense',
  classes: { causal: 'HunYuanDenseV1ForCausalLM', sequence: 'HunYuanDenseV1ForSequenceClassification' },
  settings: ['use_qk_norm'],
  defaults: hunyuanDefaults,
  read: withStretchedBase,
  traits: (config, { rope }) => ({ attention: () => hunyuanAttention(config, rope) }),
});
