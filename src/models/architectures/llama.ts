import { decoderClasses, defineDecoder } from '../decoder/define.ts';

/** Pre-norm, rotary positions, SwiGLU (Touvron et al., 2023). */
export const architecture = defineDecoder({
  modelType: 'llama',
  classes: decoderClasses('Llama'),
  traits: ({ attention_bias: bias, mlp_bias: mlpBias }, { rope }) => ({
    attention: () => ({ rope, bias: { qkv: bias, output: bias } }),
    mlpBias,
  }),
});
