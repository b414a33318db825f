"""Decoders without a recurrent state, dense and with experts."""

from reference import COMMON, embedding_batch, embedding_outputs, make

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

# Positions and their factors as DeepSeek-V2-Lite is published with.
make("deepseek-v2-lite", "DeepseekV2ForCausalLM",
     {**COMMON, **LATENT, **GROUPED, "model_type": "deepseek_v2", "q_lora_rank": None, "topk_method": "greedy", "norm_topk_prob": False, "mlp_bias": True,
      "n_routed_experts": 3, "rope_theta": 10000, "rope_scaling": {"type": "yarn", "factor": 40, "beta_fast": 32, "beta_slow": 1, "mscale": 0.707, "mscale_all_dim": 0.707, "original_max_position_embeddings": 8}})  # fmt: skip

make("deepseek-v2-groups", "DeepseekV2ForCausalLM",
     {**COMMON, **LATENT, **GROUPED, "model_type": "deepseek_v2", "q_lora_rank": 8, "topk_method": "group_limited_greedy", "n_routed_experts": 8,
      "n_group": 4, "topk_group": 2, "norm_topk_prob": False, "num_experts_per_tok": 3},
     grads=["model.layers.1.mlp.gate.weight"])  # fmt: skip

make("mistral4", "Mistral4ForCausalLM",
     {**COMMON, **LATENT, **GROUPED, "model_type": "mistral4", "q_lora_rank": 8, "first_k_dense_replace": 0, "n_routed_experts": 4, "head_dim": 8,
      "rope_parameters": {**YARN, "original_max_position_embeddings": 4, "llama_4_scaling_beta": 0.3, "partial_rotary_factor": 0.5,
                          "mscale": 1.0, "mscale_all_dim": 1.0}},
     grads=["model.layers.1.mlp.gate.weight", "model.layers.0.self_attn.kv_b_proj.weight"])  # fmt: skip

make("gemma3-text-embedding", "Gemma3TextModel",
     {**COMMON, **SLIDING, "model_type": "gemma3_text", "head_dim": 8, "query_pre_attn_scalar": 8, "use_bidirectional_attention": True, "sliding_window": 8,
      "rope_parameters": {"full_attention": {"rope_type": "default", "rope_theta": 1000000.0}, "sliding_attention": {"rope_type": "default", "rope_theta": 10000.0}}},
     inputs=embedding_batch("gemma3-text-embedding"), outputs=embedding_outputs(), grads=["layers.0.self_attn.q_proj.weight"])  # fmt: skip

make("llama4-text", "Llama4ForCausalLM",
     {**COMMON, "model_type": "llama4_text", "head_dim": 8, "intermediate_size": 6, "intermediate_size_mlp": 20, "num_local_experts": 4, "num_experts_per_tok": 2,
      "interleave_moe_layer_step": 2, "no_rope_layers": [1, 0], "attention_chunk_size": 4, "floor_scale": 2, "attn_scale": 0.3,
      "rope_parameters": {"rope_type": "default", "rope_theta": 500.0}},
     grads=["model.layers.1.feed_forward.router.weight", "model.layers.1.feed_forward.experts.gate_up_proj"])  # fmt: skip

make("phimoe", "PhimoeForCausalLM",
     {**COMMON, "model_type": "phimoe", "intermediate_size": 6, "num_local_experts": 4, "num_experts_per_tok": 2, "router_jitter_noise": 0.3, "lm_head_bias": True,
      "attention_bias": True,
      "rope_parameters": {"rope_type": "longrope", "rope_theta": 10000.0, "short_factor": [1.0, 1.5], "long_factor": [2.0, 3.0], "short_mscale": 1.2,
                          "long_mscale": 1.2, "original_max_position_embeddings": 32}},
     grads=[["model.layers.1.block_sparse_moe.gate.weight", "model.layers.1.mlp.router.weight"], "lm_head.bias"])  # fmt: skip

make("modernbert-decoder", "ModernBertDecoderForCausalLM",
     {"model_type": "modernbert-decoder", "vocab_size": 23, "hidden_size": 16, "intermediate_size": 10, "num_hidden_layers": 3, "num_attention_heads": 4,
      "max_position_embeddings": 64, "pad_token_id": 0, "bos_token_id": 1, "eos_token_id": None, "cls_token_id": 1, "sep_token_id": 2, "local_attention": 8,
      "global_attn_every_n_layers": 2, "tie_word_embeddings": True},
     grads=["model.layers.1.attn.q_proj.weight", "lm_head.dense.weight"])  # fmt: skip

make("seed-oss", "SeedOssForCausalLM",
     {**COMMON, "model_type": "seed_oss", "head_dim": 8, "attention_bias": True, "attention_out_bias": True, "attention_dropout": 0.0, "residual_dropout": 0.0},
     grads=["model.layers.0.self_attn.q_proj.bias"])  # fmt: skip

make("starcoder2", "Starcoder2ForCausalLM", {**COMMON, "model_type": "starcoder2", "sliding_window": 4, "tie_word_embeddings": True},
     grads=["model.layers.0.self_attn.k_proj.weight", "model.layers.1.mlp.c_fc.bias"])  # fmt: skip

make("olmoe", "OlmoeForCausalLM",
     {**COMMON, "model_type": "olmoe", "intermediate_size": 6, "num_experts": 5, "num_experts_per_tok": 2, "clip_qkv": 0.7},
     grads=["model.layers.1.mlp.gate.weight", "model.layers.0.self_attn.k_norm.weight"])  # fmt: skip

make("hunyuan-v1-dense", "HunYuanDenseV1ForCausalLM",
     {**COMMON, "model_type": "hunyuan_v1_dense", "head_dim": 8, "attention_bias": True, "tie_word_embeddings": True,
      "rope_parameters": {"rope_type": "dynamic", "rope_theta": 10000.0, "alpha": 50.0, "factor": 1.0}},
     grads=["model.layers.0.self_attn.query_layernorm.weight", "model.layers.1.self_attn.k_proj.weight"])  # fmt: skip

make("hunyuan-v1-moe", "HunYuanMoEV1ForCausalLM",
     {**COMMON, "model_type": "hunyuan_v1_moe", "head_dim": 8, "intermediate_size": 6, "num_experts": 5, "moe_topk": 2},
     grads=["model.layers.1.mlp.gate.wg.weight", "model.layers.0.mlp.shared_mlp.down_proj.weight"])  # fmt: skip

make("ernie4-5-moe", "Ernie4_5_MoeForCausalLM",
     {**COMMON, "model_type": "ernie4_5_moe", "head_dim": 4, "moe_intermediate_size": 6, "moe_num_experts": 5, "moe_k": 2, "moe_num_shared_experts": 2,
      "tie_word_embeddings": True},
     grads=["model.layers.1.mlp.gate.weight", "model.layers.0.self_attn.k_proj.weight"])  # fmt: skip
