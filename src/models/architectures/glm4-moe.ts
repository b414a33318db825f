import { z } from 'zod';
import type { Architecture } from '../architecture.ts';
import { parseConfig } from '../raw-config.ts';
import { defineDecoder } from '../decoder/define.ts';
import { enoughExperts, groupedFeedForward, groupedKeys, layersBehind } from '../decoder/grouped-experts.ts';

const schema = z.looseObject({ ...groupedKeys, use_qk_norm: z.boolean().default(false) }).refine(...enoughExperts);

const defaults = {
  vocab_size: 151552,
  hidden_size: 4096,
  intermediate_size: 10944,
  moe_intermediate_size: 1408,
  num_hidden_layers: 46,
  num_attention_heads: 96,
  num_key_value_heads: 8,
  n_shared_experts: 1,
  n_routed_experts: 128,
  num_experts_per_tok: 8,
  first_k_dense_replace: 1,
  norm_topk_prob: true,
  rms_norm_eps: 1e-5,
  max_position_embeddings: 131072,
};

const decoder = defineDecoder({
  modelType: 'glm4_moe',
  classes: { causal: 'Glm4MoeForCausalLM' },
  settings: ['use_qk_norm'],
  defaults,
  rope: { share: 0.5 },
  traits(config, { raw, rope }) {
    const own = parseConfig(schema, { ...defaults, ...raw });
    return {
      attention: () => ({
        rope,
        bias: { qkv: config.attention_bias, output: false },
        queryKeyNorm: own.use_qk_norm ? 'head' : undefined,
      }),
      feedForward: (layer) => groupedFeedForward(layer, config, own, { scores: 'sigmoid', hasBias: true, best: 2 }),
    };
  },
});

/** DeepSeek-V3's experts with grouped-query attention (GLM-4.5, Zhipu AI, 2025). */
export const architecture: Architecture = { ...decoder, passedOver: layersBehind };
