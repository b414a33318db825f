import { z } from 'zod';
import { parseConfig } from '../raw-config.ts';
import { defineDecoder } from '../decoder/define.ts';

const schema = z.looseObject({ use_bias: z.boolean().nullish() });

/** Llama with rotary positions on neighbouring features (ERNIE 4.5, Baidu, 2025). */
export const architecture = defineDecoder({
  modelType: 'ernie4_5',
  classes: { causal: 'Ernie4_5ForCausalLM', trunk: 'Ernie4_5Model' },
  defaults: {
    vocab_size: 103424,
    hidden_size: 1024,
    intermediate_size: 3072,
    num_hidden_layers: 18,
    num_attention_heads: 16,
    num_key_value_heads: 2,
    head_dim: 128,
    rms_norm_eps: 1e-5,
    max_position_embeddings: 131072,
    tie_word_embeddings: true,
  },
  rope: { theta: 500_000, turnsNeighbours: true },
  traits(_config, { raw, rope }) {
    const bias = parseConfig(schema, raw).use_bias === true;
    return { attention: () => ({ rope, bias: { qkv: bias, output: bias } }), mlpBias: bias };
  },
});
