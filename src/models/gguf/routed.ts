/** Mixtures of experts in llama.cpp: names, settings and hard-coded assumptions. */
import { z } from 'zod';
import type { Problem } from '../../base/errors.ts';
import { ernieKeys } from '../architectures/ernie4-5-moe.ts';
import { hunyuanExperts } from '../architectures/hunyuan-v1-moe.ts';
import { sparseConfig } from '../architectures/qwen3-moe.ts';
import { decoderConfig } from '../decoder/config.ts';
import { groupedKeys } from '../decoder/grouped-experts.ts';
import { parseConfig, type RawConfig } from '../raw-config.ts';
import { unless, type GgufFamily } from './gguf-family.ts';
import { mergedExperts, reshaped } from './layouts.ts';
import { f32, flag, u32, type GgufSetting } from './values.ts';

const names = {
  'mlp.gate': 'ffn_gate_inp',
  'mlp.experts.gate_proj': 'ffn_gate_exps',
  'mlp.experts.up_proj': 'ffn_up_exps',
  'mlp.experts.down_proj': 'ffn_down_exps',
};

/** Names of a shared expert. */
function sharedAs(module: string): Record<string, string> {
  return {
    [`mlp.${module}.gate_proj`]: 'ffn_gate_shexp',
    [`mlp.${module}.up_proj`]: 'ffn_up_shexp',
    [`mlp.${module}.down_proj`]: 'ffn_down_shexp',
  };
}

export const qwenNames = { ...names, ...sharedAs('shared_expert'), 'mlp.shared_expert_gate': 'ffn_gate_inp_shexp' };

/** config.json keys without a GGUF counterpart, checked on export. */
const keeps = [
  'norm_topk_prob',
  'decoder_sparse_step',
  'mlp_only_layers',
  'moe_intermediate_size',
  'clip_qkv',
  'qkv_bias',
  'num_experts',
  'num_local_experts',
  'num_experts_per_tok',
  'shared_expert_intermediate_size',
];

/** llama.cpp's codes of expert gating functions. */
const SCORES = { softmax: 1, sigmoid: 2 } as const;

/** Expert settings of Qwen's configurations; `defaults` fill in missing keys. */
export function qwenExperts(raw: RawConfig, defaults?: RawConfig): GgufSetting[] {
  const { shared_expert_intermediate_size: shared, ...own } = sparseConfig(raw, defaults);
  return [
    ['expert_count', u32(own.num_experts)],
    ['expert_used_count', u32(own.num_experts_per_tok)],
    ['expert_feed_forward_length', u32(own.moe_intermediate_size)],
    ...(shared === undefined ? [] : [['expert_shared_feed_forward_length', u32(shared)] satisfies GgufSetting]),
  ];
}

/** llama.cpp requires experts in every layer; whether it normalises their weights is fixed per architecture (`isNormed`). */
export function qwenProblems(raw: RawConfig, isNormed: boolean, defaults?: RawConfig): Problem[] {
  const own = sparseConfig(raw, defaults);
  const isEverywhere =
    own.mlp_only_layers === undefined || own.mlp_only_layers === null || own.mlp_only_layers.length === 0;
  return [
    ...unless(own.norm_topk_prob === isNormed, 'norm_topk_prob', `must be ${isNormed} for llama.cpp`),
    ...unless(own.decoder_sparse_step === 1, 'decoder_sparse_step', 'must be 1 for llama.cpp'),
    ...unless(isEverywhere, 'mlp_only_layers', 'must be empty: every layer has experts in llama.cpp'),
  ];
}

export const qwen2Moe: GgufFamily = {
  architecture: 'qwen2moe',
  reads: ['attn_q.bias', 'attn_k.bias', 'attn_v.bias'],
  names: qwenNames,
  layouts: () => mergedExperts('mlp.experts'),
  needsHead: true,
  settings: (raw) => qwenExperts(raw),
  problems: (raw) => qwenProblems(raw, false),
  keeps,
};

export const qwen3Moe: GgufFamily = {
  architecture: 'qwen3moe',
  reads: ['attn_q_norm.weight', 'attn_k_norm.weight'],
  names,
  settings: (raw) => qwenExperts(raw),
  problems: (raw) => qwenProblems(raw, true),
  keeps,
};

/** The width of its experts is `intermediate_size`. */
export const olmoe: GgufFamily = {
  architecture: 'olmoe',
  reads: ['attn_q_norm.weight', 'attn_k_norm.weight'],
  names,
  needsHead: true,
  settings: (raw) => qwenExperts(raw).filter(([key]) => key !== 'expert_feed_forward_length'),
  problems: (raw) => [
    ...qwenProblems(raw, false),
    ...unless(typeof raw.clip_qkv !== 'number', 'clip_qkv', "llama.cpp's olmoe does not clip"),
  ],
  keeps,
};

/** llama.cpp's names of DeepSeek's experts. */
export const groupedNames = {
  ...names,
  ...sharedAs('shared_experts'),
  'mlp.gate.e_score_correction_bias': 'exp_probs_b.bias',
};

const groupedSchema = z.looseObject(groupedKeys);

/** Expert settings of DeepSeek's configurations. */
export function groupedSettings(raw: RawConfig, scores: keyof typeof SCORES): GgufSetting[] {
  const own = parseConfig(groupedSchema, raw);
  const { n_group: groups, topk_group: kept } = own;
  const isGrouped = typeof groups === 'number' && groups > 1 && (kept ?? 1) < groups;
  return [
    ['expert_count', u32(own.n_routed_experts)],
    ['expert_used_count', u32(own.num_experts_per_tok)],
    ['expert_feed_forward_length', u32(own.moe_intermediate_size)],
    ['expert_shared_count', u32(own.n_shared_experts ?? 0)],
    ['expert_weights_scale', f32(own.routed_scaling_factor)],
    ['expert_weights_norm', flag(own.norm_topk_prob === true)],
    ['expert_gating_func', u32(SCORES[scores])],
    ['leading_dense_block_count', u32(own.first_k_dense_replace)],
    ...(isGrouped
      ? ([
          ['expert_group_count', u32(groups)],
          ['expert_group_used_count', u32(kept ?? 1)],
        ] satisfies GgufSetting[])
      : []),
  ];
}

/** DeepSeek-V3's experts with grouped-query attention. */
export const glm4Moe: GgufFamily = {
  architecture: 'glm4moe',
  reads: ['attn_q.bias', 'attn_k.bias', 'attn_v.bias', 'attn_q_norm.weight', 'attn_k_norm.weight'],
  names: { ...groupedNames, post_attention_layernorm: 'post_attention_norm' },
  turnsParts: true,
  settings: (raw) => groupedSettings(raw, 'sigmoid'),
  keeps: 'all',
};

/** Experts chosen by biased scores, next to shared ones. */
export const ernieMoe: GgufFamily = {
  architecture: 'ernie4_5-moe',
  names: { ...names, ...sharedAs('shared_experts') },
  layouts(raw) {
    const { moe_num_experts: experts } = parseConfig(ernieKeys, raw);
    return { 'mlp.moe_statics.e_score_correction_bias': reshaped([experts], [1, experts], ['exp_probs_b.bias']) };
  },
  settings(raw) {
    const own = parseConfig(ernieKeys, raw);
    return [
      ['expert_count', u32(own.moe_num_experts)],
      ['expert_used_count', u32(own.moe_k)],
      ['expert_feed_forward_length', u32(own.moe_intermediate_size)],
      ['expert_shared_feed_forward_length', u32((own.moe_num_shared_experts ?? 0) * own.moe_intermediate_size)],
      ['interleave_moe_layer_step', u32(own.moe_layer_interval)],
      ['leading_dense_block_count', u32(own.moe_layer_start_index)],
    ];
  },
  problems(raw) {
    const own = parseConfig(ernieKeys, raw);
    const { moe_layer_end_index: last, num_hidden_layers: layers } = own;
    return [
      ...unless(own.moe_layer_interval === 1, 'moe_layer_interval', 'must be 1 for llama.cpp'),
      ...unless(last === -1 || last >= layers - 1, 'moe_layer_end_index', 'the last layers need experts in llama.cpp'),
    ];
  },
  keeps: 'all',
};

/** Norms of the rotated heads. */
export const hunyuanNames = { 'self_attn.query_layernorm': 'attn_q_norm', 'self_attn.key_layernorm': 'attn_k_norm' };

export const hunyuanMoe: GgufFamily = {
  architecture: 'hunyuan-moe',
  reads: ['attn_q_norm.weight', 'attn_k_norm.weight'],
  names: { ...names, ...hunyuanNames, ...sharedAs('shared_mlp'), 'mlp.gate.wg': 'ffn_gate_inp' },
  settings(raw) {
    const [{ experts, chosen }] = hunyuanExperts(raw);
    const { intermediate_size: inner } = decoderConfig(raw);
    return [
      ['expert_count', u32(experts)],
      ['expert_used_count', u32(chosen)],
      ['expert_feed_forward_length', u32(inner)],
      ['expert_shared_feed_forward_length', u32(inner)],
    ];
  },
  problems(raw) {
    const [first, ...rest] = hunyuanExperts(raw);
    const isSame = rest.every(({ experts, chosen }) => experts === first.experts && chosen === first.chosen);
    return unless(isSame, 'num_experts', 'must be the same in all layers, like moe_topk');
  },
  keeps: 'all',
};
