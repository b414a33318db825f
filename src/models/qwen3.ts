import { defineDecoder } from './llama.ts';
import { windowOfLayers } from './qwen2.ts';

/** Llama with a norm over each head of q and k (Yang et al., 2025). */
export const architecture = defineDecoder('qwen3', 'Qwen3', (config) => ({
  projectionBias: { qkv: config.attention_bias, output: config.attention_bias },
  mlpBias: false,
  headNorm: true,
  window: windowOfLayers(config),
}));
