// H heads, d head size, G groups
/** Recurrent layers in llama.cpp: short convolutions and state spaces. */
import type { Tensor } from '../../engine/tensor/index.ts';
import { graniteHybridConfig, graniteMamba } from '../architectures/granitemoehybrid.ts';
import { lfm2Config } from '../architectures/lfm2.ts';
import { lfm2Experts } from '../architectures/lfm2-moe.ts';
import { nemotronConfig } from '../architectures/nemotron-h.ts';
import { decoderConfig, headShape } from '../decoder/config.ts';
import type { RawConfig } from '../raw-config.ts';
import { unless, type GgufFamily } from './gguf-family.ts';
import { halves, kernels, rates, reshaped, type TensorLayout } from './layouts.ts';
import { multiplierSettings } from './multipliers.ts';
import { counts, f32, flag, u32, type GgufSetting } from './values.ts';

/** Number of key-value heads of each layer: 0 in recurrent layers. */
function keyHeads(raw: RawConfig, attends: readonly boolean[]): GgufSetting {
  const { keyHeads: all } = headShape(decoderConfig(raw));
  return ['attention.head_count_kv', counts(attends.map((has) => (has ? all : 0)))];
}

const lfm2Layers = {
  reads: ['attn_q_norm.weight', 'attn_k_norm.weight'],
  names: {
    operator_norm: 'attn_norm',
    ffn_norm: 'ffn_norm',
    'self_attn.out_proj': 'attn_output',
    'self_attn.q_layernorm': 'attn_q_norm',
    'self_attn.k_layernorm': 'attn_k_norm',
    'conv.in_proj': 'shortconv.in_proj',
    'conv.conv': 'shortconv.conv',
    'conv.out_proj': 'shortconv.out_proj',
    'feed_forward.w1': 'ffn_gate',
    'feed_forward.w2': 'ffn_down',
    'feed_forward.w3': 'ffn_up',
    'feed_forward.gate': 'ffn_gate_inp',
    'feed_forward.experts.w1': 'ffn_gate_exps',
    'feed_forward.experts.w2': 'ffn_down_exps',
    'feed_forward.experts.w3': 'ffn_up_exps',
    'feed_forward.expert_bias': 'exp_probs_b.bias',
  },
  outside: { 'model.embedding_norm.weight': 'token_embd_norm.weight' },
  layouts: () => ({ 'conv.conv.weight': kernels }),
  keeps: 'all',
} satisfies Partial<GgufFamily>;

function lfm2Settings(raw: RawConfig): GgufSetting[] {
  const { attends, kernel } = lfm2Config(raw);
  const { num_hidden_layers: layers } = decoderConfig(raw);
  return [
    keyHeads(
      raw,
      Array.from({ length: layers }, (_, layer) => attends(layer)),
    ),
    ['shortconv.l_cache', u32(kernel)],
  ];
}

export const lfm2: GgufFamily = {
  ...lfm2Layers,
  architecture: 'lfm2',
  settings: (raw) => [...lfm2Settings(raw), ['feed_forward_length', u32(lfm2Config(raw).inner)]],
};

export const lfm2Moe: GgufFamily = {
  ...lfm2Layers,
  architecture: 'lfm2moe',
  settings(raw) {
    const own = lfm2Experts(raw);
    return [
      ...lfm2Settings(raw),
      ['expert_count', u32(own.num_experts)],
      ['expert_used_count', u32(own.num_experts_per_tok)],
      ['expert_feed_forward_length', u32(own.moe_intermediate_size)],
      ['expert_gating_func', u32(2)],
      ['leading_dense_block_count', u32(own.num_dense_layers)],
    ];
  },
  problems(raw) {
    const own = lfm2Experts(raw);
    return [
      ...unless(own.use_expert_bias, 'use_expert_bias', 'must be true for llama.cpp'),
      ...unless(own.norm_topk_prob, 'norm_topk_prob', 'must be true for llama.cpp'),
      ...unless(own.routed_scaling_factor === 1, 'routed_scaling_factor', 'must be 1 for llama.cpp'),
    ];
  },
};

interface Mamba {
  heads: number;
  headSize: number;
  groups: number;
  stateSize: number;
  kernel: number;
}

/** Settings of recurrent layers. */
export function mambaSettings({ heads, headSize, groups, stateSize, kernel }: Mamba): GgufSetting[] {
  return [
    ['ssm.conv_kernel', u32(kernel)],
    ['ssm.inner_size', u32(heads * headSize)],
    ['ssm.state_size', u32(stateSize)],
    ['ssm.time_step_rank', u32(heads)],
    ['ssm.group_count', u32(groups)],
  ];
}

/** llama.cpp's names of a state space's parameters. */
function mambaNames(module: string): Record<string, string> {
  return {
    [`${module}.in_proj`]: 'ssm_in',
    [`${module}.conv1d`]: 'ssm_conv1d',
    [`${module}.dt_bias`]: 'ssm_dt.bias',
    [`${module}.out_proj`]: 'ssm_out',
  };
}

function mambaLayouts(module: string, { heads, headSize, groups }: Mamba): Record<string, TensorLayout> {
  return {
    [`${module}.conv1d.weight`]: kernels,
    [`${module}.A_log`]: rates({ isColumn: true }),
    [`${module}.D`]: reshaped([heads, 1], [heads], ['ssm_d']),
    [`${module}.norm.weight`]: reshaped([groups, -1], [heads * headSize], ['ssm_norm.weight']),
  };
}

/** Granite 4: state space and attention layers, with routed and shared experts or a dense feed-forward sublayer. */
export const graniteHybrid: GgufFamily = {
  architecture: 'granitehybrid',
  rotatesNeighbours: true,
  reads: ['ssm_conv1d.bias'],
  names: {
    ...mambaNames('mamba'),
    'block_sparse_moe.router.layer': 'ffn_gate_inp',
    'block_sparse_moe.output_linear.weight': 'ffn_down_exps.weight',
  },
  layouts(raw) {
    const end = graniteHybridConfig(raw).num_local_experts > 0 ? '_shexp' : '';
    const down = { names: [`ffn_down${end}.weight`], write: (x: Tensor) => [x], read: ([x]: readonly Tensor[]) => x };
    return {
      ...mambaLayouts('mamba', graniteMamba(raw)),
      'block_sparse_moe.input_linear.weight': halves(['ffn_gate_exps', 'ffn_up_exps']),
      'shared_mlp.input_linear.weight': halves([`ffn_gate${end}`, `ffn_up${end}`]),
      'shared_mlp.output_linear.weight': down,
    };
  },
  settings(raw) {
    const own = graniteHybridConfig(raw);
    const { intermediate_size: inner, num_hidden_layers: layers } = decoderConfig(raw);
    const kinds = own.layer_types ?? own.layers_block_type;
    const isDense = own.num_local_experts === 0;
    return [
      ...multiplierSettings(raw),
      ...mambaSettings(graniteMamba(raw)),
      keyHeads(
        raw,
        Array.from({ length: layers }, (_, layer) => kinds?.[layer] === 'attention'),
      ),
      ['rope.scaling.finetuned', flag(own.position_embedding_type === 'rope')],
      ['feed_forward_length', u32(isDense ? own.shared_intermediate_size : inner)],
      ...(isDense
        ? []
        : ([
            ['expert_count', u32(own.num_local_experts)],
            ['expert_used_count', u32(own.num_experts_per_tok)],
            ['expert_shared_feed_forward_length', u32(own.shared_intermediate_size)],
          ] satisfies GgufSetting[])),
    ];
  },
  problems(raw) {
    const { groups, heads, headSize, limits, activation } = graniteMamba(raw);
    return [
      ...unless(groups === 1, 'mamba_n_groups', 'must be 1: llama.cpp normalises each group separately'),
      ...unless(heads * headSize === 2 * decoderConfig(raw).hidden_size, 'mamba_expand', 'must be 2 for llama.cpp'),
      ...unless(limits[0] <= 0 && limits[1] === Infinity, 'time_step_limit', 'llama.cpp does not limit time steps'),
      ...unless(activation === 'silu', 'hidden_act', 'must be silu for llama.cpp'),
    ];
  },
  keeps: 'all',
};

/** Each layer is a single state space, attention or feed-forward sublayer. */
export const nemotronH: GgufFamily = {
  architecture: 'nemotron_h',
  variant: (raw) => (nemotronConfig(raw).kinds.includes('moe') ? 'nemotron_h_moe' : undefined),
  reads: ['ssm_conv1d.bias'],
  names: {
    ...mambaNames('mixer'),
    norm: 'attn_norm',
    'mixer.q_proj': 'attn_q',
    'mixer.k_proj': 'attn_k',
    'mixer.v_proj': 'attn_v',
    'mixer.o_proj': 'attn_output',
    'mixer.up_proj': 'ffn_up',
    'mixer.down_proj': 'ffn_down',
    'mixer.gate': 'ffn_gate_inp',
    'mixer.gate.e_score_correction_bias': 'exp_probs_b.bias',
    'mixer.experts.up_proj': 'ffn_up_exps',
    'mixer.experts.down_proj': 'ffn_down_exps',
    'mixer.shared_experts.up_proj': 'ffn_up_shexp',
    'mixer.shared_experts.down_proj': 'ffn_down_shexp',
    'mixer.fc1_latent_proj': 'ffn_latent_down',
    'mixer.fc2_latent_proj': 'ffn_latent_up',
  },
  outside: { 'backbone.embeddings.weight': 'token_embd.weight', 'backbone.norm_f.weight': 'output_norm.weight' },
  layouts: (raw) => mambaLayouts('mixer', nemotronConfig(raw).mamba),
  activation: (raw) => {
    const { mlp_hidden_act: own } = nemotronConfig(raw);
    return own === 'relu2' ? undefined : own;
  },
  settings(raw) {
    const { kinds, mamba, ...own } = nemotronConfig(raw);
    const { intermediate_size: inner, rms_norm_eps: epsilon } = decoderConfig(raw);
    const widths = { mlp: inner, moe: own.moe_intermediate_size, mamba: 0, attention: 0 };
    const hasExperts = kinds.includes('moe');
    return [
      ...mambaSettings(mamba),
      keyHeads(
        raw,
        kinds.map((kind) => kind === 'attention'),
      ),
      ['feed_forward_length', counts(kinds.map((kind) => widths[kind]))],
      ['attention.layer_norm_epsilon', f32(epsilon)],
      ...(hasExperts
        ? ([
            ['expert_count', u32(own.n_routed_experts)],
            ['expert_used_count', u32(own.num_experts_per_tok)],
            ['expert_feed_forward_length', u32(own.moe_intermediate_size)],
            ['expert_shared_feed_forward_length', u32(own.moe_shared_expert_intermediate_size)],
            ['expert_shared_count', u32(1)],
            ['expert_weights_norm', flag(own.norm_topk_prob)],
            ['expert_weights_scale', f32(own.routed_scaling_factor)],
            ...(own.moe_latent_size ? [['moe_latent_size', u32(own.moe_latent_size)]] : []),
          ] as GgufSetting[])
        : []),
    ];
  },
  problems(raw) {
    const { kinds, mamba, time_step_min: least, n_group: groups } = nemotronConfig(raw);
    const isMixed = kinds.includes('moe') && kinds.includes('mlp');
    return [
      ...unless(least <= 0.001, 'time_step_min', 'must be at most 0.001: llama.cpp does not limit time steps'),
      ...unless(
        !isMixed,
        'hybrid_override_pattern',
        'llama.cpp does not support dense layers next to layers with experts',
      ),
      ...unless((groups ?? 1) === 1, 'n_group', 'must be 1 for llama.cpp'),
      ...unless(mamba.activation === 'silu', 'mamba_hidden_act', 'must be silu for llama.cpp'),
    ];
  },
  keeps: 'all',
};
