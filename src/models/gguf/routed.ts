/** Mixtures of experts in llama.cpp: names, settings, and what their architectures there take for granted. */
import type { Problem } from '../../base/errors.ts';
import type { GgufValue } from '../../engine/tensor/gguf/index.ts';
import { sparseConfig } from '../architectures/qwen3-moe.ts';
import type { RawConfig } from '../raw-config.ts';
import type { GgufFamily } from './gguf-family.ts';

const names = {
  'mlp.gate': 'ffn_gate_inp',
  'mlp.experts.gate_proj': 'ffn_gate_exps',
  'mlp.experts.up_proj': 'ffn_up_exps',
  'mlp.experts.down_proj': 'ffn_down_exps',
};

const shared = {
  'mlp.shared_expert_gate': 'ffn_gate_inp_shexp',
  'mlp.shared_expert.gate_proj': 'ffn_gate_shexp',
  'mlp.shared_expert.up_proj': 'ffn_up_shexp',
  'mlp.shared_expert.down_proj': 'ffn_down_shexp',
};

/** Keys of config.json that are checked on export. */
const keeps = [
  'norm_topk_prob',
  'decoder_sparse_step',
  'mlp_only_layers',
  'moe_intermediate_size',
  'clip_qkv',
  'qkv_bias',
];
const counts = ['num_experts', 'num_local_experts', 'num_experts_per_tok', 'shared_expert_intermediate_size'];

const u32 = (value: number): GgufValue => ({ type: 'u32', value });

const routed = {
  rotatesNeighbours: false,
  readsRopeFactors: false,
  keeps: [...keeps, ...counts],
};

function settings(raw: RawConfig): [string, GgufValue][] {
  const own = sparseConfig(raw);
  return [
    ['expert_count', u32(own.num_experts)],
    ['expert_used_count', u32(own.num_experts_per_tok)],
    ['expert_feed_forward_length', u32(own.moe_intermediate_size)],
    ...(own.shared_expert_intermediate_size === undefined
      ? []
      : [['expert_shared_feed_forward_length', u32(own.shared_expert_intermediate_size)] as [string, GgufValue]]),
  ];
}

/** Every layer has experts, whose weights add up to 1 or do not. */
function problems(raw: RawConfig, isNormed: boolean): Problem[] {
  const own = sparseConfig(raw);
  const message = `must be ${isNormed} for llama.cpp`;
  return [
    ...(own.norm_topk_prob === isNormed ? [] : [{ field: 'norm_topk_prob', message }]),
    ...(own.decoder_sparse_step === 1 ? [] : [{ field: 'decoder_sparse_step', message: 'must be 1 for llama.cpp' }]),
    ...(own.mlp_only_layers?.length
      ? [{ field: 'mlp_only_layers', message: 'must be empty: every layer has experts in llama.cpp' }]
      : []),
  ];
}

export const qwen2Moe: GgufFamily = {
  ...routed,
  architecture: 'qwen2moe',
  reads: ['attn_q.bias', 'attn_k.bias', 'attn_v.bias'],
  names: { ...names, ...shared },
  needsHead: true,
  settings,
  problems: (raw) => problems(raw, false),
};

export const qwen3Moe: GgufFamily = {
  ...routed,
  architecture: 'qwen3moe',
  reads: ['attn_q_norm.weight', 'attn_k_norm.weight'],
  names,
  settings,
  problems: (raw) => problems(raw, true),
};

/** Its experts are as wide as `intermediate_size` says. */
export const olmoe: GgufFamily = {
  ...routed,
  architecture: 'olmoe',
  reads: ['attn_q_norm.weight', 'attn_k_norm.weight'],
  names,
  needsHead: true,
  settings: (raw) => settings(raw).filter(([key]) => key !== 'expert_feed_forward_length'),
  problems: (raw) => [
    ...problems(raw, false),
    ...(typeof raw.clip_qkv === 'number' ? [{ field: 'clip_qkv', message: "llama.cpp's olmoe clips nothing" }] : []),
  ],
};
