// Configurations of tiny decoders other than Llama-like ones.

/** Settings shared by most of them. */
export const decoder = {
  vocab_size: 17,
  hidden_size: 8,
  intermediate_size: 10,
  num_hidden_layers: 2,
  num_attention_heads: 4,
  num_key_value_heads: 2,
  head_dim: 4,
  max_position_embeddings: 64,
  initializer_range: 0.4,
};

export const yarn = {
  rope_type: 'yarn',
  factor: 4,
  original_max_position_embeddings: 16,
  mscale: 1,
  mscale_all_dim: 0.5,
};
export const longrope = { rope_type: 'longrope', short_factor: [1, 1.5], long_factor: [2, 3], rope_theta: 5000 };
export const experts = { output_router_logits: true, router_aux_loss_coef: 0.1, num_experts_per_tok: 2 };

const dropouts = { resid_pdrop: 0.2, embd_pdrop: 0.2, attn_pdrop: 0.2 };
const none = { resid_pdrop: 0, embd_pdrop: 0, attn_pdrop: 0 };

export const tinyDecoders = {
  gpt2: [
    {
      model_type: 'gpt2',
      vocab_size: 17,
      n_positions: 64,
      n_embd: 8,
      n_layer: 2,
      n_head: 2,
      n_inner: 10,
      scale_attn_by_inverse_layer_idx: true,
      resid_pdrop: 0.2,
      embd_pdrop: 0.2,
      attn_pdrop: 0.2,
      initializer_range: 0.4,
    },
  ],
  gpt_neox: [
    {
      ...decoder,
      model_type: 'gpt_neox',
      hidden_size: 16,
      rotary_pct: 0.5,
      hidden_dropout: 0.2,
      attention_dropout: 0.2,
    },
    { ...decoder, model_type: 'gpt_neox', hidden_size: 16, use_parallel_residual: false, rotary_pct: 1 },
  ],
  phi: [
    {
      ...decoder,
      model_type: 'phi',
      hidden_size: 16,
      partial_rotary_factor: 0.5,
      qk_layernorm: true,
      resid_pdrop: 0.2,
      embd_pdrop: 0.2,
    },
  ],
  opt: [
    { ...decoder, model_type: 'opt', ffn_dim: 10, dropout: 0.2, attention_dropout: 0.2 },
    { ...decoder, model_type: 'opt', ffn_dim: 10, do_layer_norm_before: false, word_embed_proj_dim: 4, dropout: 0 },
  ],
  gpt_bigcode: [
    {
      ...decoder,
      model_type: 'gpt_bigcode',
      n_embd: 8,
      n_head: 4,
      n_layer: 2,
      n_inner: 10,
      n_positions: 64,
      ...dropouts,
    },
    {
      ...decoder,
      model_type: 'gpt_bigcode',
      n_embd: 8,
      n_head: 2,
      n_layer: 2,
      n_positions: 64,
      multi_query: false,
      ...none,
    },
  ],
  bloom: [{ ...decoder, model_type: 'bloom', n_head: 3, hidden_size: 12, n_layer: 2, hidden_dropout: 0.2 }],
  falcon: [
    { ...decoder, model_type: 'falcon', hidden_size: 16, new_decoder_architecture: true, num_kv_heads: 2 },
    { ...decoder, model_type: 'falcon', hidden_size: 12, num_attention_heads: 3, alibi: true, parallel_attn: false },
  ],
  phi3: [
    {
      ...decoder,
      model_type: 'phi3',
      rope_parameters: { ...longrope, original_max_position_embeddings: 5 },
      resid_pdrop: 0.2,
      sliding_window: 5,
    },
    { ...decoder, model_type: 'phi3', partial_rotary_factor: 0.5, tie_word_embeddings: true },
  ],
  gemma: [{ ...decoder, model_type: 'gemma', num_key_value_heads: 1 }],
  exaone4: [{ ...decoder, model_type: 'exaone4', sliding_window: 3, sliding_window_pattern: 2 }],
  granitemoe: [
    {
      ...decoder,
      ...experts,
      model_type: 'granitemoe',
      num_local_experts: 3,
      embedding_multiplier: 3,
      attention_multiplier: 0.3,
      residual_multiplier: 0.7,
      logits_scaling: 2,
    },
  ],
  gpt_oss: [
    {
      ...decoder,
      ...experts,
      model_type: 'gpt_oss',
      // All experts are chosen: rounding could flip a choice, and the result would not be close.
      num_local_experts: 2,
      sliding_window: 3,
      swiglu_limit: 0.5,
      rope_scaling: yarn,
    },
  ],
  gemma2: [
    { ...decoder, model_type: 'gemma2', sliding_window: 3, query_pre_attn_scalar: 5, attn_logit_softcapping: 2 },
  ],
  gemma3_text: [
    {
      ...decoder,
      model_type: 'gemma3_text',
      sliding_window: 3,
      query_pre_attn_scalar: 5,
      sliding_window_pattern: 2,
      final_logit_softcapping: 3,
      rope_scaling: { rope_type: 'linear', factor: 8 },
    },
    {
      ...decoder,
      model_type: 'gemma3_text',
      use_bidirectional_attention: true,
      sliding_window: 4,
      sliding_window_pattern: 2,
    },
  ],
  smollm3: [{ ...decoder, model_type: 'smollm3', no_rope_layers: [1, 0], use_sliding_window: true, sliding_window: 3 }],
  olmo2: [{ ...decoder, model_type: 'olmo2', rope_scaling: yarn, attention_bias: true }],
  granite: [
    {
      ...decoder,
      model_type: 'granite',
      embedding_multiplier: 3,
      attention_multiplier: 0.3,
      residual_multiplier: 0.7,
      logits_scaling: 2,
      mlp_bias: true,
    },
  ],
  mixtral: [{ ...decoder, ...experts, model_type: 'mixtral', num_local_experts: 3, router_jitter_noise: 0.1 }],
  qwen3_moe: [
    {
      ...decoder,
      ...experts,
      model_type: 'qwen3_moe',
      num_experts: 3,
      moe_intermediate_size: 6,
      norm_topk_prob: true,
      decoder_sparse_step: 2,
    },
  ],
};
