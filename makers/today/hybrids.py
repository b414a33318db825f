"""Decoders with states of convolutions, state spaces and linear attention, and those whose layers have inputs of their own."""

from reference import COMMON, make

WIDE = {**COMMON, "head_dim": 4}
MOE = {"num_experts": 4, "num_experts_per_tok": 2, "moe_intermediate_size": 6}
DELTA = {"linear_conv_kernel_dim": 3, "linear_key_head_dim": 4, "linear_value_head_dim": 4, "linear_num_key_heads": 2, "linear_num_value_heads": 4,
         "layer_types": ["linear_attention", "full_attention"], "rope_parameters": {"rope_type": "default", "rope_theta": 10000.0, "partial_rotary_factor": 0.5}}  # fmt: skip
ROPES = {"full_attention": {"rope_type": "default", "rope_theta": 1000000.0}, "sliding_attention": {"rope_type": "default", "rope_theta": 10000.0}}  # fmt: skip
GEMMA = {**WIDE, "hidden_activation": "gelu_pytorch_tanh", "sliding_window": 4, "final_logit_softcapping": 5.0, "tie_word_embeddings": True,
         "hidden_size_per_layer_input": 4, "vocab_size_per_layer_input": 23, "num_hidden_layers": 4, "num_kv_shared_layers": 2,
         "layer_types": ["sliding_attention", "full_attention"] * 2}  # fmt: skip
DECAY = [("A_log", 0.0, 2.0), ("dt_bias", 0.0, 2.0)]

make("lfm2", "Lfm2ForCausalLM",
     {**WIDE, "model_type": "lfm2", "layer_types": ["conv", "full_attention"], "conv_bias": True, "block_multiple_of": 4, "norm_eps": 1e-5},
     grads=["model.layers.0.conv.conv.weight"])  # fmt: skip

make("lfm2-moe", "Lfm2MoeForCausalLM",
     {**WIDE, **MOE, "model_type": "lfm2_moe", "layer_types": ["conv", "full_attention"], "num_dense_layers": 1, "routed_scaling_factor": 1.5},
     rules=[("expert_bias", 0.0, 0.5)], grads=["model.layers.1.feed_forward.gate.weight"])  # fmt: skip

GRANITE = {**COMMON, "model_type": "granitemoehybrid", "layer_types": ["mamba", "attention"], "num_local_experts": 4, "num_experts_per_tok": 2,
           "shared_intermediate_size": 12, "mamba_n_heads": 4, "mamba_n_groups": 2, "mamba_d_state": 3, "mamba_d_conv": 3, "mamba_proj_bias": True,
           "position_embedding_type": "nope", "embedding_multiplier": 3.0, "attention_multiplier": 0.3, "residual_multiplier": 0.7, "logits_scaling": 2.0}  # fmt: skip

make("granitemoehybrid", "GraniteMoeHybridForCausalLM", GRANITE, rules=DECAY, grads=["model.layers.0.mamba.A_log"])

# Its convolution has the activation of the halves.
make("granitemoehybrid-gelu", "GraniteMoeHybridForCausalLM", {**GRANITE, "hidden_act": "gelu", "num_local_experts": 0}, rules=DECAY)

make("qwen3-next", "Qwen3NextForCausalLM",
     {**WIDE, **MOE, **DELTA, "model_type": "qwen3_next", "shared_expert_intermediate_size": 10, "rms_norm_eps": 1e-2},
     rules=DECAY, grads=["model.layers.0.linear_attn.in_proj_qkvz.weight"])  # fmt: skip

make("qwen3-5-moe", "Qwen3_5MoeForCausalLM",
     {**WIDE, **MOE, **DELTA, "model_type": "qwen3_5_moe_text", "shared_expert_intermediate_size": 10, "rms_norm_eps": 1e-2},
     rules=DECAY, grads=["model.layers.1.mlp.shared_expert_gate.weight"])  # fmt: skip

make("nemotron-h", "NemotronHForCausalLM",
     {**WIDE, "model_type": "nemotron_h", "tie_word_embeddings": True, "layers_block_type": ["mamba", "moe", "attention", "mlp"], "mamba_num_heads": 4, "mamba_head_dim": 4,
      "n_groups": 2, "ssm_state_size": 3, "conv_kernel": 3, "n_routed_experts": 4, "num_experts_per_tok": 2, "moe_intermediate_size": 6,
      "moe_shared_expert_intermediate_size": 10, "moe_latent_size": 8, "routed_scaling_factor": 2.5, "time_step_min": 0.3},
     rules=[*DECAY, ("e_score_correction_bias", 0.0, 0.5)], grads=[["backbone.layers.0.mixer.A_log", "model.layers.0.mixer.A_log"]],
     published=lambda name: name.replace("backbone.embedding.", "backbone.embeddings."))  # fmt: skip

make("gemma3n", "Gemma3nForCausalLM",
     {**GEMMA, "model_type": "gemma3n_text", "altup_num_inputs": 3, "laurel_rank": 4, "activation_sparsity_pattern": [0.8, 0.0, 0.0, 0.5],
      "intermediate_size": [20] * 4, "rope_parameters": ROPES},
     rules=[("correct_output_scale", 0.5, 0.5)], grads=["model.layers.0.self_attn.k_proj.weight", "model.layers.1.altup.correction_coefs.weight"])  # fmt: skip

PROPORTIONAL = {**ROPES, "full_attention": {"rope_type": "proportional", "partial_rotary_factor": 0.25, "rope_theta": 1000000.0}}

make("gemma4", "Gemma4ForCausalLM",
     {**GEMMA, "model_type": "gemma4_text", "hidden_size_per_layer_input": 8, "global_head_dim": 8, "use_double_wide_mlp": True, "rope_parameters": PROPORTIONAL},
     rules=[("layer_scalar", 0.8, 0.2), ("q_norm", 0.5, 0.25)], grads=["model.layers.1.self_attn.v_proj.weight", "model.per_layer_model_projection.weight"])  # fmt: skip

make("gemma4-moe", "Gemma4ForCausalLM",
     {**GEMMA, **MOE, "model_type": "gemma4_text", "global_head_dim": 8, "num_global_key_value_heads": 1, "attention_k_eq_v": True,
      "enable_moe_block": True, "top_k_experts": 2, "hidden_size_per_layer_input": 0, "num_hidden_layers": 2, "num_kv_shared_layers": 0,
      "layer_types": ["sliding_attention", "full_attention"], "rope_parameters": PROPORTIONAL},
     rules=[("layer_scalar", 0.8, 0.2), ("per_expert_scale", 1.0, 0.5)], grads=["model.layers.0.router.proj.weight"])  # fmt: skip

make("minimax", "MiniMaxForCausalLM",
     {**WIDE, "model_type": "minimax", "layer_types": ["linear_attention", "full_attention"], "block_size": 4, "num_local_experts": 4,
      "num_experts_per_tok": 2, "linear_attn_alpha_factor": 1.5, "full_attn_alpha_factor": 1.5, "mlp_alpha_factor": 1.5, "mlp_beta_factor": 0.8},
     rules=[("slope_rate", None, None), ("_decay", None, None)], grads=["model.layers.0.self_attn.qkv_proj.weight"])  # fmt: skip
