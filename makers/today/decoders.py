"""Decoders without a recurrent state, dense and with experts."""

from reference import COMMON, make

YARN = {"rope_type": "yarn", "rope_theta": 10000.0, "factor": 4.0, "original_max_position_embeddings": 8, "beta_fast": 32.0, "beta_slow": 1.0}  # fmt: skip
LATENT = {"kv_lora_rank": 6, "qk_nope_head_dim": 4, "qk_rope_head_dim": 4, "v_head_dim": 6, "head_dim": 4, "num_key_value_heads": 4, "moe_intermediate_size": 6}  # fmt: skip

make("deepseek-v3", "DeepseekV3ForCausalLM",
     {**COMMON, **LATENT, "model_type": "deepseek_v3", "q_lora_rank": 8, "n_routed_experts": 8, "num_experts_per_tok": 2, "n_group": 4,
      "topk_group": 2, "n_shared_experts": 1, "first_k_dense_replace": 1, "norm_topk_prob": True, "routed_scaling_factor": 2.5,
      "rope_interleave": True, "rope_parameters": {**YARN, "mscale": 1.0, "mscale_all_dim": 1.0}},
     grads=["model.layers.1.mlp.gate.weight", "model.layers.1.self_attn.kv_b_proj.weight"])  # fmt: skip
