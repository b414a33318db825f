import { z } from 'zod';
import { OffsetRMSNorm, type Rope } from '../../engine/nn/index.ts';
import { tensor, type Tensor } from '../../engine/tensor/index.ts';
import { parseConfig, type RawConfig } from '../raw-config.ts';
import { count } from '../config-keys.ts';
import type { DecoderConfig } from '../decoder/config.ts';
import type { DecoderTraits } from '../decoder/decoder.ts';
import { decoderClasses, defineDecoder } from '../decoder/define.ts';
import { NormAround } from '../decoder/layer.ts';

const cap = z.number().positive().nullish();

const schema = z.looseObject({
  query_pre_attn_scalar: z.number().positive().default(256),
  sliding_window: count.nullish().default(4096),
  layer_types: z.array(z.enum(['sliding_attention', 'full_attention'])).nullish(),
  attn_logit_softcapping: cap.default(50),
  final_logit_softcapping: cap.default(30),
  use_bidirectional_attention: z.literal(false, { error: 'only causal attention is supported' }).nullish(),
});

/** Defaults shared by Gemma 2 and 3. */
export const gemmaDefaults = {
  num_key_value_heads: 4,
  head_dim: 256,
  tie_word_embeddings: true,
};

/** Copies Gemma's own activation key to the family's. */
export function withActivation(raw: RawConfig): RawConfig {
  return { ...raw, hidden_act: raw.hidden_activation ?? 'gelu_pytorch_tanh' };
}

/** Multiplies by √width, rounded to the compute type first, as in the reference. */
export function timesRootOf(width: number): (x: Tensor) => Tensor {
  return (x) => x.mul(tensor([Math.sqrt(width)], { dtype: x.dtype, device: x.device }));
}

/** Soft caps on scores and logits, and a sliding window in every other layer (Gemma Team, 2024). */
export const architecture = defineDecoder({
  modelType: 'gemma2',
  classes: decoderClasses('Gemma2'),
  settings: [
    'query_pre_attn_scalar',
    'attn_logit_softcapping',
    'final_logit_softcapping',
    'use_bidirectional_attention',
  ],
  defaults: { ...gemmaDefaults, max_position_embeddings: 8192 },
  read: withActivation,
  traits: (config, { raw, rope }) => ({ ...gemma2Traits(config, { raw, rope }), layer: NormAround }),
  logits: gemma2Logits,
});

/** Gemma 2's traits, except for the placement of norms. */
export function gemma2Traits(config: DecoderConfig, { raw, rope }: { raw: RawConfig; rope: Rope }) {
  const { attention_bias: bias, hidden_size: width, rms_norm_eps: epsilon } = config;
  const {
    query_pre_attn_scalar: scalar,
    sliding_window: window,
    layer_types: types,
    ...caps
  } = parseConfig(schema, raw);
  const isSliding = (layer: number) =>
    (types?.[layer] ?? (layer % 2 === 0 ? 'sliding_attention' : '')) === 'sliding_attention';
  return {
    attention: (layer: number) => ({
      rope,
      bias: { qkv: bias, output: bias },
      window: isSliding(layer) ? (window ?? undefined) : undefined,
      scale: scalar ** -0.5,
      softcap: caps.attn_logit_softcapping ?? undefined,
    }),
    norm: (size: number) => new OffsetRMSNorm(size, epsilon),
    scaleEmbeddings: timesRootOf(width),
  } satisfies DecoderTraits;
}

/** Soft cap of the logits. */
export function gemma2Logits(raw: RawConfig): { softcap?: number } {
  return { softcap: parseConfig(schema, raw).final_logit_softcapping ?? undefined };
}
