"""Decoders without a recurrent state, dense and with experts."""

from reference import COMMON, make

YARN = {"rope_type": "yarn", "rope_theta": 10000.0, "factor": 4.0, "original_max_position_embeddings": 8, "beta_fast": 32.0, "beta_slow": 1.0}  # fmt: skip
LATENT = {"kv_lora_rank": 6, "qk_nope_head_dim": 4, "qk_rope_head_dim": 4, "v_head_dim": 6, "head_dim": 4, "num_key_value_heads": 4, "moe_intermediate_size": 6}  # fmt: skip

EXPERTS = {"moe_intermediate_size": 6, "num_experts_per_tok": 2}
GROUPED = {**EXPERTS, "n_routed_experts": 6, "n_shared_experts": 1, "first_k_dense_replace": 1, "norm_topk_prob": True, "routed_scaling_factor": 1.5, "n_group": 1, "topk_group": 1}  # fmt: skip
SLIDING = {"sliding_window": 4, "layer_types": ["sliding_attention", "full_attention"]}

make("deepseek-v3", "DeepseekV3ForCausalLM",
     {**COMMON, **LATENT, "model_type": "deepseek_v3", "q_lora_rank": 8, "n_routed_experts": 8, "num_experts_per_tok": 2, "n_group": 4,
      "topk_group": 2, "n_shared_experts": 1, "first_k_dense_replace": 1, "norm_topk_prob": True, "routed_scaling_factor": 2.5,
      "rope_interleave": True, "rope_parameters": {**YARN, "mscale": 1.0, "mscale_all_dim": 1.0}},
     grads=["model.layers.1.mlp.gate.weight", "model.layers.1.self_attn.kv_b_proj.weight"])  # fmt: skip

make("glm4-moe", "Glm4MoeForCausalLM",
     {**COMMON, **GROUPED, "model_type": "glm4_moe", "head_dim": 8, "use_qk_norm": True, "attention_bias": True, "partial_rotary_factor": 0.5},
     grads=["model.layers.1.mlp.gate.weight", "model.layers.1.self_attn.k_norm.weight"])  # fmt: skip

make("qwen2-moe", "Qwen2MoeForCausalLM",
     {**COMMON, **EXPERTS, "model_type": "qwen2_moe", "num_experts": 5, "shared_expert_intermediate_size": 10, "mlp_only_layers": [0]},
     grads=["model.layers.1.mlp.gate.weight", "model.layers.1.mlp.shared_expert_gate.weight"])  # fmt: skip

make("ministral3", "Ministral3ForCausalLM",
     {**COMMON, "model_type": "ministral3", "head_dim": 8, "tie_word_embeddings": True,
      "rope_parameters": {**YARN, "original_max_position_embeddings": 4, "mscale": 1.0, "mscale_all_dim": 1.0, "llama_4_scaling_beta": 0.3}},
     grads=["model.layers.0.self_attn.q_proj.weight"])  # fmt: skip

make("olmo3", "Olmo3ForCausalLM",
     {**COMMON, **SLIDING, "model_type": "olmo3",
      "rope_parameters": {"full_attention": YARN, "sliding_attention": {"rope_type": "default", "rope_theta": 500.0}}},
     grads=["model.layers.0.self_attn.k_proj.weight"])  # fmt: skip

make("cohere2", "Cohere2ForCausalLM",
     {**COMMON, **SLIDING, "model_type": "cohere2", "logit_scale": 0.5, "tie_word_embeddings": True, "attention_bias": True},
     grads=["model.layers.0.self_attn.k_proj.weight", "model.layers.1.input_layernorm.weight"])  # fmt: skip

make("glm4", "Glm4ForCausalLM", {**COMMON, "model_type": "glm4", "head_dim": 8, "attention_bias": True, "partial_rotary_factor": 0.5},
     grads=["model.layers.0.self_attn.k_proj.weight", "model.layers.1.post_mlp_layernorm.weight"])  # fmt: skip

make("ernie4-5", "Ernie4_5ForCausalLM", {**COMMON, "model_type": "ernie4_5", "head_dim": 8, "use_bias": True, "tie_word_embeddings": True},
     grads=["model.layers.0.self_attn.k_proj.weight", "model.layers.1.mlp.up_proj.bias"])  # fmt: skip

make("deepseek-v2", "DeepseekV2ForCausalLM",
     {**COMMON, **LATENT, **GROUPED, "model_type": "deepseek_v2", "q_lora_rank": None, "topk_method": "greedy", "norm_topk_prob": False},
     grads=["model.layers.1.mlp.gate.weight", "model.layers.0.self_attn.q_proj.weight"])  # fmt: skip

make("deepseek-v2-groups", "DeepseekV2ForCausalLM",
     {**COMMON, **LATENT, **GROUPED, "model_type": "deepseek_v2", "q_lora_rank": 8, "topk_method": "group_limited_greedy", "n_routed_experts": 8,
      "n_group": 4, "topk_group": 2, "norm_topk_prob": False, "num_experts_per_tok": 3},
     grads=["model.layers.1.mlp.gate.weight"])  # fmt: skip

make("mistral4", "Mistral4ForCausalLM",
     {**COMMON, **LATENT, **GROUPED, "model_type": "mistral4", "q_lora_rank": 8, "first_k_dense_replace": 0, "n_routed_experts": 4, "head_dim": 8,
      "rope_parameters": {**YARN, "original_max_position_embeddings": 4, "llama_4_scaling_beta": 0.3, "partial_rotary_factor": 0.5}},
     grads=["model.layers.1.mlp.gate.weight", "model.layers.0.self_attn.kv_b_proj.weight"])  # fmt: skip
