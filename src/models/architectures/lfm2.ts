import { z } from 'zod';
import { renamed } from '../../engine/nn/index.ts';
import { parseConfig, type RawConfig } from '../raw-config.ts';
import { count } from '../config-keys.ts';
import type { DecoderConfig } from '../decoder/config.ts';
import type { DecoderTraits } from '../decoder/decoder.ts';
import { defineDecoder, type TraitsContext } from '../decoder/define.ts';
import { FeedForward } from '../decoder/feed-forward.ts';
import { GatedConvolution } from '../decoder/short-convolution.ts';

/** transformers 5 calls convolutions `linear_attention`. */
const kind = z.preprocess((name) => (name === 'linear_attention' ? 'conv' : name), z.enum(['conv', 'full_attention']));

const schema = z.looseObject({
  intermediate_size: count.default(12_288),
  layer_types: z.array(kind).nullish(),
  /** Older configurations: layers with attention; all by default. */
  full_attn_idxs: z.array(z.int().min(0)).nullish(),
  conv_bias: z.boolean().default(false),
  conv_L_cache: count.default(3),
  block_multiple_of: count.default(256),
  block_ffn_dim_multiplier: z.number().positive().nullish().default(1),
  block_auto_adjust_ff_dim: z.boolean().default(true),
});

/** Defaults shared by LFM2 and LFM2-MoE. */
export const lfm2Defaults = {
  vocab_size: 65536,
  num_hidden_layers: 32,
  num_attention_heads: 32,
  num_key_value_heads: 8,
  max_position_embeddings: 128_000,
  rms_norm_eps: 1e-5,
  tie_word_embeddings: true,
};

/** Translates LFM2's keys, current and older, to the family's names. */
export function lfm2Keys(raw: RawConfig): RawConfig {
  const given = {
    rms_norm_eps: raw.norm_eps,
    rope_theta: raw.rope_theta ?? raw.theta,
    intermediate_size: raw.block_ff_dim ?? raw.intermediate_size,
    tie_word_embeddings: raw.tie_embedding ?? raw.tie_word_embeddings,
  };
  return { ...raw, ...Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) };
}

/** Which layers attend, the convolutions of the others, and the feed-forward layer's inner width. */
export function lfm2Config(raw: RawConfig) {
  const own = parseConfig(schema, raw);
  const attends = (layer: number): boolean =>
    own.layer_types ? own.layer_types[layer] === 'full_attention' : (own.full_attn_idxs?.includes(layer) ?? true);
  return { attends, kernel: own.conv_L_cache, bias: own.conv_bias, inner: widthOf(own) };
}

/** Convolution and attention layers, with their names in checkpoints. */
export function lfm2Traits({ hidden_size: width }: DecoderConfig, { raw, rope }: TraitsContext) {
  const { attends, kernel, bias } = lfm2Config(raw);
  const convolution = { width, kernel, bias };
  return {
    attention: (layer) =>
      attends(layer)
        ? { rope, queryKeyNorm: 'head' }
        : { name: 'conv', module: new GatedConvolution({ ...convolution, layer }) },
    feedForwardName: 'feed_forward',
    names: {
      decoder: { norm: 'embedding_norm' },
      layer: { input_layernorm: 'operator_norm', post_attention_layernorm: 'ffn_norm' },
      attention: { o_proj: 'out_proj', q_norm: 'q_layernorm', k_norm: 'k_layernorm' },
    },
  } satisfies DecoderTraits;
}

/** Gated feed-forward layer under LFM2's names. */
export function lfm2FeedForward(width: number, inner: number): FeedForward {
  const names = { gate_proj: 'w1', up_proj: 'w3', down_proj: 'w2' };
  return renamed(new FeedForward({ width, inner, activation: 'silu' }), names);
}

/** Gated short convolutions, with attention in some layers (Liquid AI, 2025). */
export const architecture = defineDecoder({
  modelType: 'lfm2',
  classes: { causal: 'Lfm2ForCausalLM' },
  defaults: { ...lfm2Defaults, hidden_size: 2560, intermediate_size: 12288 },
  rope: { theta: 1_000_000 },
  read: lfm2Keys,
  traits(config, context) {
    const { inner } = lfm2Config({ ...context.raw, intermediate_size: config.intermediate_size });
    return {
      ...lfm2Traits(config, context),
      feedForward: () => lfm2FeedForward(config.hidden_size, inner),
    };
  },
});

/** Inner width of the feed-forward layer: two thirds of the configured size, rounded up to a multiple. */
function widthOf({ intermediate_size: given, ...own }: z.output<typeof schema>): number {
  if (!own.block_auto_adjust_ff_dim) return given;
  const { block_multiple_of: multiple, block_ffn_dim_multiplier: factor } = own;
  const inner = Math.floor((factor ?? 1) * Math.floor((2 * given) / 3));
  return multiple * Math.ceil(inner / multiple);
}
