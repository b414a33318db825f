import { z } from 'zod';
import { parseConfig } from './config.ts';
import { defineDecoder } from './decoder/define.ts';

const schema = z.looseObject({
  embedding_multiplier: z.number().default(1),
  attention_multiplier: z.number().default(1),
  residual_multiplier: z.number().default(1),
  logits_scaling: z.number().positive().default(1),
});

/** Llama with multipliers on embeddings, scores, halves of layers and logits (IBM Granite 3, 2024). */
export const architecture = defineDecoder({
  modelType: 'granite',
  classes: { causal: 'GraniteForCausalLM' },
  settings: ['embedding_multiplier', 'attention_multiplier', 'residual_multiplier', 'logits_scaling'],
  traits({ attention_bias: bias, mlp_bias: mlpBias }, { raw, rope }) {
    const multipliers = parseConfig(schema, raw);
    return {
      attention: () => ({ rope, bias: { qkv: bias, output: bias }, scale: multipliers.attention_multiplier }),
      mlpBias,
      scaleEmbeddings: (x) => x.mul(multipliers.embedding_multiplier),
      residualScale: multipliers.residual_multiplier,
    };
  },
  logits: (raw) => ({ scale: 1 / parseConfig(schema, raw).logits_scaling }),
});
