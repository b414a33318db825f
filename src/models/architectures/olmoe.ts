import { z } from 'zod';
import { parseConfig } from '../raw-config.ts';
import { defineDecoder } from '../decoder/define.ts';
import { balanceOf } from '../decoder/experts.ts';
import { sparseConfig, sparseOrDense } from './qwen3-moe.ts';

const schema = z.looseObject({ clip_qkv: z.number().positive().nullish() });

/** OLMo with a mixture of experts (Muennighoff et al., 2024). */
export const architecture = defineDecoder({
  modelType: 'olmoe',
  classes: { causal: 'OlmoeForCausalLM' },
  settings: ['clip_qkv', 'num_experts', 'num_local_experts'],
  defaults: {
    vocab_size: 50304,
    hidden_size: 2048,
    intermediate_size: 2048,
    num_hidden_layers: 16,
    num_attention_heads: 16,
    rms_norm_eps: 1e-5,
    max_position_embeddings: 4096,
  },
  traits(config, { raw, rope }) {
    const { attention_bias: bias, intermediate_size: inner } = config;
    const clip = parseConfig(schema, raw).clip_qkv ?? undefined;
    const sparse = {
      ...sparseConfig(raw, { num_experts: 64, num_experts_per_tok: 8, router_aux_loss_coef: 0.01 }),
      moe_intermediate_size: inner,
    };
    return {
      attention: () => ({ rope, bias: { qkv: bias, output: bias }, queryKeyNorm: 'whole', clip }),
      feedForward: (layer) => sparseOrDense(layer, sparse, config),
      balance: balanceOf(sparse, { experts: sparse.num_experts, chosen: sparse.num_experts_per_tok }),
    };
  },
});
