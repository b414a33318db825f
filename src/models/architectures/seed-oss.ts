import { z } from 'zod';
import { Dropout } from '../../engine/nn/index.ts';
import { parseConfig } from '../raw-config.ts';
import { probability } from '../config-keys.ts';
import { decoderClasses, defineDecoder } from '../decoder/define.ts';

const schema = z.looseObject({
  attention_out_bias: z.boolean().default(false),
  residual_dropout: probability.default(0.1),
});

/** Llama with biases on q, k and v, and dropout (Seed-OSS, ByteDance, 2025). */
export const architecture = defineDecoder({
  modelType: 'seed_oss',
  classes: decoderClasses('SeedOss'),
  defaults: {
    vocab_size: 155136,
    hidden_size: 4096,
    intermediate_size: 27648,
    num_hidden_layers: 64,
    num_attention_heads: 80,
    num_key_value_heads: 8,
    head_dim: 128,
    attention_bias: true,
    attention_dropout: 0.1,
    max_position_embeddings: 524288,
  },
  traits({ attention_bias: bias, mlp_bias: mlpBias }, { raw, rope }) {
    const { attention_out_bias: output, residual_dropout: p } = parseConfig(schema, raw);
    return {
      attention: () => ({ rope, bias: { qkv: bias, output } }),
      mlpBias,
      dropouts: (layer) => ({
        attention: new Dropout(p, `layers.${layer}.self_attn.residual`),
        feedForward: new Dropout(p, `layers.${layer}.mlp.residual`),
      }),
    };
  },
});
