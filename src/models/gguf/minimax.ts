/** MiniMax in llama.cpp, which derives the decay rates of its linear attention from the numbers of heads and layers. */
import { minimaxConfig } from '../architectures/minimax.ts';
import { decoderConfig } from '../decoder/config.ts';
import { unless, type GgufFamily } from './gguf-family.ts';
import { f32, flags, numberOf, u32 } from './values.ts';

export const minimax: GgufFamily = {
  architecture: 'minimax-01',
  names: {
    'self_attn.out_proj': 'attn_output',
    'self_attn.output_gate': 'attn_gate',
    'self_attn.norm': 'attn_norm_2',
    'block_sparse_moe.gate': 'ffn_gate_inp',
    'block_sparse_moe.experts.w1': 'ffn_gate_exps',
    'block_sparse_moe.experts.w2': 'ffn_down_exps',
    'block_sparse_moe.experts.w3': 'ffn_up_exps',
  },
  derived: /\.self_attn\.(slope_rate|(query|key|diagonal)_decay)$/,
  turnsParts: true,
  settings(raw) {
    const own = minimaxConfig(raw);
    const layers = Array.from({ length: decoderConfig(raw).num_hidden_layers }, (_, layer) => layer);
    return [
      ['residual_scale', f32(own.mlp_alpha_factor)],
      ['attention.recurrent_layers', flags(layers.map(own.isLinear))],
      ['expert_count', u32(numberOf(raw, 'num_local_experts', 8))],
      ['expert_used_count', u32(numberOf(raw, 'num_experts_per_tok', 2))],
    ];
  },
  problems(raw) {
    const own = minimaxConfig(raw);
    const before = ['linear_attn_alpha_factor', 'full_attn_alpha_factor'] as const;
    const after = ['linear_attn_beta_factor', 'full_attn_beta_factor', 'mlp_beta_factor'] as const;
    return [
      ...before.flatMap((key) =>
        unless(own[key] === own.mlp_alpha_factor, key, 'must be mlp_alpha_factor for llama.cpp'),
      ),
      ...after.flatMap((key) => unless(own[key] === 1, key, 'must be 1 for llama.cpp')),
      ...unless(decoderConfig(raw).num_hidden_layers > 1, 'num_hidden_layers', 'must be more than 1 for llama.cpp'),
    ];
  },
  keeps: 'all',
};
