// Configurations of tiny decoders of types from 2024 to 2026 without recurrent states.
import { decoder, experts, longrope, yarn } from './tiny-decoders.ts';

/** Narrow grouped experts and one shared expert, after a dense layer. */
const grouped = {
  num_experts_per_tok: 2,
  n_routed_experts: 4,
  n_shared_experts: 1,
  moe_intermediate_size: 6,
  first_k_dense_replace: 1,
  norm_topk_prob: true,
  routed_scaling_factor: 1.5,
};
const latent = { q_lora_rank: 6, kv_lora_rank: 5, qk_nope_head_dim: 3, qk_rope_head_dim: 4, v_head_dim: 5 };

export const todaysTinyDecoders = {
  qwen2_moe: [
    {
      ...decoder,
      ...experts,
      model_type: 'qwen2_moe',
      // All experts are chosen, so that only the order of sums depends on the number of rows.
      num_experts: 2,
      moe_intermediate_size: 6,
      shared_expert_intermediate_size: 7,
      use_sliding_window: true,
      sliding_window: 3,
    },
  ],
  deepseek_v3: [
    // All experts of a group are chosen and dimensions are small: rounding flips no choice.
    { ...decoder, ...latent, ...grouped, model_type: 'deepseek_v3', n_group: 2, topk_group: 1, rope_scaling: yarn },
  ],
  deepseek_v2: [
    { ...decoder, ...latent, ...grouped, model_type: 'deepseek_v2', q_lora_rank: null, rope_scaling: yarn },
  ],
  mistral4: [
    {
      ...decoder,
      ...latent,
      ...grouped,
      model_type: 'mistral4',
      // Larger weights amplify f32's rounding to five times that of other models.
      initializer_range: 0.3,
      first_k_dense_replace: 0,
      rope_parameters: { ...yarn, llama_4_scaling_beta: 0.3, original_max_position_embeddings: 2 },
    },
  ],
  glm4_moe: [{ ...decoder, ...grouped, model_type: 'glm4_moe', use_qk_norm: true, attention_bias: true }],
  glm4: [{ ...decoder, model_type: 'glm4' }],
  ministral3: [
    {
      ...decoder,
      model_type: 'ministral3',
      rope_parameters: { ...yarn, llama_4_scaling_beta: 0.3, original_max_position_embeddings: 2 },
    },
  ],
  olmo3: [{ ...decoder, model_type: 'olmo3', sliding_window: 3, layer_types: ['sliding_attention', 'full_attention'] }],
  cohere2: [{ ...decoder, model_type: 'cohere2', sliding_window: 3, sliding_window_pattern: 2, logit_scale: 0.5 }],
  ernie4_5: [{ ...decoder, model_type: 'ernie4_5', use_bias: true }],
  llama4_text: [
    {
      ...decoder,
      model_type: 'llama4_text',
      intermediate_size: 6,
      intermediate_size_mlp: 10,
      num_hidden_layers: 3,
      num_local_experts: 2,
      interleave_moe_layer_step: 2,
      no_rope_layers: [1, 1, 0],
      attention_chunk_size: 4,
      floor_scale: 2,
    },
  ],
  phimoe: [
    {
      ...decoder,
      ...experts,
      model_type: 'phimoe',
      // All experts are chosen, with similar weights.
      num_local_experts: 2,
      router_jitter_noise: 100,
      lm_head_bias: true,
      attention_bias: true,
      rope_scaling: { ...longrope, original_max_position_embeddings: 5, short_mscale: 1.1, long_mscale: 1.2 },
      original_max_position_embeddings: 5,
    },
  ],
  'modernbert-decoder': [
    {
      ...decoder,
      model_type: 'modernbert-decoder',
      num_hidden_layers: 2,
      layer_types: ['sliding_attention', 'full_attention'],
      local_attention: 6,
      embedding_dropout: 0.2,
      attention_dropout: 0.2,
      mlp_dropout: 0.2,
    },
  ],
  seed_oss: [
    { ...decoder, model_type: 'seed_oss', attention_out_bias: true, attention_dropout: 0.2, residual_dropout: 0.2 },
  ],
  starcoder2: [
    {
      ...decoder,
      model_type: 'starcoder2',
      head_dim: undefined,
      sliding_window: 3,
      residual_dropout: 0.2,
      embedding_dropout: 0.2,
    },
  ],
  olmoe: [{ ...decoder, ...experts, model_type: 'olmoe', intermediate_size: 6, num_experts: 2, clip_qkv: 2 }],
  hunyuan_v1_dense: [
    { ...decoder, model_type: 'hunyuan_v1_dense', rope_scaling: { type: 'dynamic', alpha: 50, factor: 1 } },
  ],
  hunyuan_v1_moe: [
    { ...decoder, model_type: 'hunyuan_v1_moe', intermediate_size: 6, num_experts: [2, 3], moe_topk: [1, 2] },
  ],
  ernie4_5_moe: [
    {
      ...decoder,
      ...experts,
      model_type: 'ernie4_5_moe',
      moe_intermediate_size: 6,
      moe_num_experts: 3,
      moe_k: 2,
      moe_num_shared_experts: 1,
    },
  ],
};
