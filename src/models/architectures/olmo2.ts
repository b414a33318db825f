import { defineDecoder } from '../decoder/define.ts';
import { NormAfter } from '../decoder/layer.ts';

/** Post-norm sublayers, and norms over all heads of q and of k (OLMo et al., 2024). */
export const architecture = defineDecoder({
  modelType: 'olmo2',
  classes: { causal: 'Olmo2ForCausalLM' },
  defaults: { rms_norm_eps: 1e-5 },
  traits: ({ attention_bias: bias }, { rope }) => ({
    attention: () => ({ rope, bias: { qkv: bias, output: bias }, queryKeyNorm: 'whole' }),
    layer: NormAfter,
  }),
});
