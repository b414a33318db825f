// Configurations of tiny decoders with recurrent states, or with inputs per layer.
import { decoder, experts } from './tiny-decoders.ts';

const narrow = { num_experts: 3, num_experts_per_tok: 2, moe_intermediate_size: 6 };

const deltaNet = {
  // Random keys of low dimension come close to 0 and are normalised, which gives slopes of thousands.
  rms_norm_eps: 1e-2,
  linear_conv_kernel_dim: 3,
  linear_key_head_dim: 16,
  linear_value_head_dim: 3,
  linear_num_key_heads: 2,
  linear_num_value_heads: 4,
  rope_parameters: { rope_type: 'default', rope_theta: 5000, partial_rotary_factor: 0.5 },
};

/** Layers with their own inputs; the last ones share keys and values of earlier layers. */
const perLayer = {
  num_hidden_layers: 4,
  layer_types: ['sliding_attention', 'full_attention', 'sliding_attention', 'full_attention'],
  num_kv_shared_layers: 2,
  sliding_window: 3,
  vocab_size_per_layer_input: 15,
  hidden_size_per_layer_input: 2,
  final_logit_softcapping: 3,
};

export const tinyHybrids = {
  qwen3_5_text: [
    {
      ...decoder,
      model_type: 'qwen3_5_text',
      ...deltaNet,
      num_hidden_layers: 3,
      layer_types: ['linear_attention', 'full_attention', 'linear_attention'],
      tie_word_embeddings: true,
    },
  ],
  qwen3_5_moe_text: [
    {
      ...decoder,
      ...deltaNet,
      ...narrow,
      model_type: 'qwen3_5_moe_text',
      layer_types: ['linear_attention', 'full_attention'],
      shared_expert_intermediate_size: 5,
    },
  ],
  qwen3_next: [
    {
      ...decoder,
      ...deltaNet,
      ...narrow,
      model_type: 'qwen3_next',
      full_attention_interval: 2,
      shared_expert_intermediate_size: 5,
      output_router_logits: true,
      router_aux_loss_coef: 0.1,
      mlp_only_layers: [1],
    },
  ],
  minimax: [
    {
      ...decoder,
      ...experts,
      model_type: 'minimax',
      num_local_experts: 3,
      layer_types: ['linear_attention', 'full_attention'],
      block_size: 4,
      linear_attn_alpha_factor: 1.5,
      full_attn_beta_factor: 0.7,
      mlp_alpha_factor: 1.2,
    },
  ],
  nemotron_h: [
    {
      ...decoder,
      model_type: 'nemotron_h',
      hybrid_override_pattern: 'ME*-',
      mamba_num_heads: 4,
      mamba_head_dim: 3,
      n_groups: 2,
      ssm_state_size: 3,
      conv_kernel: 3,
      // All experts are chosen: rounding could flip a choice, and the result would not be close.
      n_routed_experts: 2,
      num_experts_per_tok: 2,
      moe_intermediate_size: 6,
      moe_shared_expert_intermediate_size: 5,
      moe_latent_size: 6,
      time_step_min: 0.3,
      mlp_bias: true,
    },
  ],
  gemma3n_text: [
    {
      ...decoder,
      ...perLayer,
      model_type: 'gemma3n_text',
      altup_num_inputs: 3,
      laurel_rank: 3,
      activation_sparsity_pattern: [0.5, 0, 0, 0.3],
    },
  ],
  gemma4_text: [
    {
      ...decoder,
      ...perLayer,
      model_type: 'gemma4_text',
      global_head_dim: 8,
      use_double_wide_mlp: true,
      initializer_range: 0.2,
    },
    {
      ...decoder,
      model_type: 'gemma4_text',
      layer_types: ['sliding_attention', 'full_attention'],
      sliding_window: 3,
      hidden_size_per_layer_input: 0,
      global_head_dim: 8,
      num_global_key_value_heads: 1,
      attention_k_eq_v: true,
      enable_moe_block: true,
      num_experts: 2,
      top_k_experts: 2,
      moe_intermediate_size: 6,
    },
  ],
  lfm2_moe: [
    {
      ...decoder,
      ...narrow,
      model_type: 'lfm2_moe',
      layer_types: ['conv', 'full_attention'],
      num_dense_layers: 1,
      routed_scaling_factor: 1.5,
    },
  ],
  lfm2: [
    {
      ...decoder,
      model_type: 'lfm2',
      layer_types: ['conv', 'full_attention'],
      intermediate_size: 13,
      block_multiple_of: 2,
      conv_bias: true,
    },
  ],
  granitemoehybrid: [
    {
      ...decoder,
      ...experts,
      model_type: 'granitemoehybrid',
      layer_types: ['mamba', 'attention'],
      num_local_experts: 3,
      shared_intermediate_size: 5,
      embedding_multiplier: 3,
      attention_multiplier: 0.3,
      residual_multiplier: 0.7,
      logits_scaling: 2,
      mamba_n_heads: 4,
      mamba_n_groups: 2,
      mamba_d_state: 3,
      mamba_d_conv: 3,
      mamba_proj_bias: true,
    },
  ],
};
