// E experts, F inner width, D width
/** Decoders of 2024 to 2026 in llama.cpp whose layers differ in their windows or positions. */
import { z } from 'zod';
import type { Problem } from '../../base/errors.ts';
import { llama4Config } from '../architectures/llama4-text.ts';
import { decoderConfig, headShape } from '../decoder/config.ts';
import { slidingLayers } from '../decoder/layer-types.ts';
import { parseConfig, type RawConfig } from '../raw-config.ts';
import { unless, type GgufFamily } from './gguf-family.ts';
import { halves, transposed } from './layouts.ts';
import { temperatures } from './latent.ts';
import { f32, flags, numberOf, u32, type GgufSetting } from './values.ts';

const BIASES = ['attn_q.bias', 'attn_k.bias', 'attn_v.bias', 'attn_output.bias'];

/** Window size, and the layers with a window. */
function windowSettings(raw: RawConfig): GgufSetting[] {
  const typeOf = slidingLayers(raw, { window: 4096, pattern: 4 });
  const types = Array.from({ length: decoderConfig(raw).num_hidden_layers }, (_, layer) => typeOf(layer));
  return [
    ['attention.sliding_window', u32(numberOf(raw, 'sliding_window', 4096))],
    ['attention.sliding_window_pattern', flags(types.map(({ isSliding }) => isSliding))],
  ];
}

/** llama.cpp derives the head size from the width. */
function headProblems(raw: RawConfig): Problem[] {
  const { hidden_size: width, ...config } = decoderConfig(raw);
  const { heads, size } = headShape({ ...config, hidden_size: width });
  return unless(heads * size === width, 'head_dim', `must be ${Math.floor(width / heads)} for llama.cpp`);
}

export const olmo3: GgufFamily = {
  architecture: 'olmo2',
  reads: ['attn_q_norm.weight', 'attn_k_norm.weight'],
  needsHead: true,
  names: { post_attention_layernorm: 'post_attention_norm', post_feedforward_layernorm: 'post_ffw_norm' },
  settings: (raw) => [...windowSettings(raw), ['rope.freq_base_swa', f32(decoderConfig(raw).rope_theta ?? 500_000)]],
  problems: (raw) => [
    ...headProblems(raw),
    ...unless(
      (raw.rope_parameters ?? undefined) === undefined || isPlain(raw.rope_parameters),
      'rope_parameters',
      'llama.cpp does not scale positions in layers with a window',
    ),
  ],
  keeps: 'all',
};

function isPlain(parameters: unknown): boolean {
  const { rope_type: type, type: older } = parameters as { rope_type?: unknown; type?: unknown };
  return [undefined, 'default'].includes((type ?? older) as string | undefined);
}

/** Positions only in layers with a window; tied head. */
export const cohere2: GgufFamily = {
  architecture: 'cohere2',
  settings: (raw) => [
    ...windowSettings(raw),
    ['attention.layer_norm_epsilon', f32(numberOf(raw, 'layer_norm_eps', 1e-5))],
    ['logit_scale', f32(numberOf(raw, 'logit_scale', 0.0625))],
  ],
  problems: (raw) => [
    ...headProblems(raw),
    ...unless(decoderConfig(raw).tie_word_embeddings, 'tie_word_embeddings', 'must be true for llama.cpp'),
  ],
  keeps: 'all',
};

export const ministral3: GgufFamily = {
  architecture: 'mistral3',
  rotatesNeighbours: true,
  hasOwnYarn: true,
  settings(raw) {
    const weight = yarnOf(raw).mscale_all_dim;
    const growth = temperatures(raw).filter(([key]) => key.endsWith('scale'));
    return [...growth, ...(weight ? [['rope.scaling.yarn_log_multiplier', f32(weight)] satisfies GgufSetting] : [])];
  },
  problems(raw) {
    const { attention_factor: given, mscale, mscale_all_dim: overall } = yarnOf(raw);
    return [
      ...unless(!overall || mscale === 1, 'rope_parameters.mscale', 'must be 1 for llama.cpp'),
      ...unless(
        (given ?? undefined) === undefined,
        'rope_parameters.attention_factor',
        'must be unset: llama.cpp computes it',
      ),
    ];
  },
  keeps: 'all',
};

function yarnOf(raw: RawConfig) {
  const { rope_parameters: renewed, rope_scaling: older } = decoderConfig(raw);
  return renewed ?? older ?? {};
}

const starcoderKeys = z.looseObject({ norm_epsilon: z.number().default(1e-5), use_bias: z.boolean().default(true) });

export const starcoder2: GgufFamily = {
  architecture: 'starcoder2',
  reads: [...BIASES, 'attn_norm.bias', 'ffn_norm.bias', 'ffn_up.bias', 'ffn_down.bias'],
  names: { 'mlp.c_fc': 'ffn_up', 'mlp.c_proj': 'ffn_down' },
  outside: { 'model.norm.bias': 'output_norm.bias' },
  activation: (raw) => (raw.hidden_act === 'gelu_pytorch_tanh' ? undefined : raw.hidden_act),
  settings: (raw) => [['attention.layer_norm_epsilon', f32(parseConfig(starcoderKeys, raw).norm_epsilon)]],
  problems: (raw) => [
    ...headProblems(raw),
    ...unless(parseConfig(starcoderKeys, raw).use_bias, 'use_bias', 'must be true for llama.cpp'),
  ],
  keeps: 'all',
};

/** Chunk size, query scaling and head norms are hard-coded in llama.cpp. */
const LLAMA4 = { attention_chunk_size: 8192, floor_scale: 8192, attn_scale: 0.1, use_qk_norm: true } as const;

/** Expert weights are stored as [in, out]. */
export const llama4: GgufFamily = {
  architecture: 'llama4',
  names: {
    'feed_forward.router': 'ffn_gate_inp',
    'feed_forward.gate_proj': 'ffn_gate',
    'feed_forward.up_proj': 'ffn_up',
    'feed_forward.down_proj': 'ffn_down',
    'feed_forward.shared_expert.gate_proj': 'ffn_gate_shexp',
    'feed_forward.shared_expert.up_proj': 'ffn_up_shexp',
    'feed_forward.shared_expert.down_proj': 'ffn_down_shexp',
  },
  layouts: () => ({
    'feed_forward.experts.gate_up_proj': halves(['ffn_gate_exps', 'ffn_up_exps'], { isTransposed: true }),
    'feed_forward.experts.down_proj': transposed('ffn_down_exps'),
  }),
  readsRopeFactors: true,
  settings(raw) {
    const own = llama4Config(raw);
    return [
      ['feed_forward_length', u32(own.intermediate_size_mlp)],
      ['expert_feed_forward_length', u32(decoderConfig(raw).intermediate_size)],
      ['expert_count', u32(own.num_local_experts)],
      ['expert_used_count', u32(own.num_experts_per_tok)],
      ['interleave_moe_layer_step', u32(own.interleave_moe_layer_step)],
    ];
  },
  problems(raw) {
    const own = llama4Config(raw);
    const fixed = Object.entries(LLAMA4).filter(([key, value]) => own[key as keyof typeof LLAMA4] !== value);
    const layers = Array.from({ length: decoderConfig(raw).num_hidden_layers }, (_, layer) => layer);
    const isUsual = layers.every((layer) => {
      const isTurned = (layer + 1) % 4 !== 0;
      const given = own.no_rope_layers?.length ? Boolean(own.no_rope_layers[layer]) : undefined;
      const type = own.layer_types?.[layer];
      return (
        (given ?? (layer + 1) % own.no_rope_layer_interval !== 0) === isTurned &&
        (type === undefined || type === (isTurned ? 'chunked_attention' : 'full_attention'))
      );
    });
    const sparse = layers.filter((layer) => (layer + 1) % own.interleave_moe_layer_step === 0);
    return [
      ...fixed.map(([field, value]) => ({ field, message: `must be ${value} for llama.cpp` })),
      ...unless(Boolean(own.attn_temperature_tuning), 'attn_temperature_tuning', 'must be on for llama.cpp'),
      ...unless(isUsual, 'no_rope_layers', 'in llama.cpp, every fourth layer has full attention without positions'),
      ...unless(
        (own.moe_layers ?? sparse).join() === sparse.join(),
        'moe_layers',
        'must agree with interleave_moe_layer_step',
      ),
      ...unless(
        own.num_local_experts !== 128,
        'num_local_experts',
        'llama.cpp omits the head norms of models with 128 experts',
      ),
    ];
  },
  keeps: 'all',
};
