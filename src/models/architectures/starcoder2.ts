import { z } from 'zod';
import { Dropout, LayerNorm, Linear } from '../../engine/nn/index.ts';
import { parseConfig } from '../raw-config.ts';
import { probability } from '../config-keys.ts';
import { decoderClasses, defineDecoder } from '../decoder/define.ts';
import { PlainFeedForward } from '../decoder/plain.ts';
import { windowOfAll } from './mistral.ts';

const schema = z.looseObject({
  norm_epsilon: z.number().default(1e-5),
  use_bias: z.boolean().default(true),
  residual_dropout: probability.default(0),
  embedding_dropout: probability.default(0),
});

/** Mistral with LayerNorm and ungated feed-forward layers (Lozhkov et al., 2024). */
export const architecture = defineDecoder({
  modelType: 'starcoder2',
  classes: decoderClasses('Starcoder2'),
  defaults: {
    vocab_size: 49152,
    hidden_size: 3072,
    intermediate_size: 12288,
    num_hidden_layers: 30,
    num_attention_heads: 24,
    num_key_value_heads: 2,
    hidden_act: 'gelu_pytorch_tanh',
    max_position_embeddings: 4096,
    tie_word_embeddings: true,
  },
  traits({ hidden_size: width, intermediate_size: inner, hidden_act: activation }, { raw, rope }) {
    const { norm_epsilon: epsilon, use_bias: bias, ...own } = parseConfig(schema, raw);
    const { residual_dropout: p } = own;
    const window = windowOfAll(raw);
    const dropout = new Dropout(own.embedding_dropout, 'embed_tokens');
    const feedForward = () => {
      const layers = [new Linear(width, inner, { bias }), new Linear(inner, width, { bias })];
      return new PlainFeedForward(
        [
          { name: 'c_fc', module: layers[0] },
          { name: 'c_proj', module: layers[1] },
        ],
        activation,
      );
    };
    return {
      attention: () => ({ rope, bias: { qkv: bias, output: bias }, window }),
      feedForward,
      norm: (size) => new LayerNorm(size, epsilon),
      scaleEmbeddings: (x) => dropout.forward(x),
      dropouts: (layer) => ({
        attention: new Dropout(p, `layers.${layer}.self_attn.residual`),
        feedForward: new Dropout(p, `layers.${layer}.mlp.residual`),
      }),
    };
  },
});
