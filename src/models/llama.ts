import { defineDecoder } from './decoder/define.ts';

/** Pre-norm, rotary positions, SwiGLU (Touvron et al., 2023). */
export const architecture = defineDecoder({
  modelType: 'llama',
  classes: {
    causal: 'LlamaForCausalLM',
    sequence: 'LlamaForSequenceClassification',
    token: 'LlamaForTokenClassification',
  },
  traits: ({ attention_bias: bias, mlp_bias: mlpBias }, { rope }) => ({
    attention: () => ({ rope, bias: { qkv: bias, output: bias } }),
    mlpBias,
  }),
});
