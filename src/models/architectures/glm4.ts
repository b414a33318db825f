import { FusedFeedForward } from '../decoder/feed-forward.ts';
import { decoderClasses, defineDecoder } from '../decoder/define.ts';
import { normsAround } from '../decoder/layer.ts';

/** Norms before and after each sublayer; rotary positions on half of each head (GLM-4-0414, Zhipu AI, 2025). */
export const architecture = defineDecoder({
  modelType: 'glm4',
  classes: decoderClasses('Glm4'),
  defaults: {
    vocab_size: 151552,
    hidden_size: 4096,
    intermediate_size: 13696,
    num_hidden_layers: 40,
    num_attention_heads: 32,
    num_key_value_heads: 2,
    head_dim: 128,
    attention_bias: true,
    rms_norm_eps: 1.5625e-7,
    max_position_embeddings: 131072,
  },
  rope: { share: 0.5, turnsNeighbours: true },
  traits(config, { rope }) {
    const { attention_bias: bias, hidden_size: width, intermediate_size: inner, hidden_act: activation } = config;
    return {
      attention: () => ({ rope, bias: { qkv: bias, output: false } }),
      feedForward: () => new FusedFeedForward({ width, inner, activation }),
      layer: normsAround({
        attention: ['input_layernorm', 'post_self_attn_layernorm'],
        feedForward: ['post_attention_layernorm', 'post_mlp_layernorm'],
      }),
    };
  },
});
