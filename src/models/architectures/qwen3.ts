import { decoderClasses, defineDecoder } from '../decoder/define.ts';
import { windowOfLayers } from './qwen2.ts';

/** Llama with norms of each head of q and k (Yang et al., 2025). */
export const architecture = defineDecoder({
  modelType: 'qwen3',
  classes: decoderClasses('Qwen3'),
  defaults: { max_position_embeddings: 32768, num_key_value_heads: 32, head_dim: 128 },
  traits({ attention_bias: bias }, { raw, rope }) {
    const windowOf = windowOfLayers(raw);
    return {
      attention: (layer) => ({
        rope,
        bias: { qkv: bias, output: bias },
        queryKeyNorm: 'head',
        window: windowOf(layer),
      }),
    };
  },
});
