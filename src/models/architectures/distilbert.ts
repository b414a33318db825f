import { z } from 'zod';
import { Embedding } from '../../engine/nn/index.ts';
import { fromArray, type DType, type Tensor } from '../../engine/tensor/index.ts';
import { activation, count, probability } from '../config-keys.ts';
import { defineEncoder, normedTransform } from '../encoder/define.ts';

/** HF DistilBertConfig keys that affect the computation. */
const schema = z
  .looseObject({
    vocab_size: count.default(30522),
    max_position_embeddings: count.default(512),
    sinusoidal_pos_embds: z.boolean().default(false),
    n_layers: count.default(6),
    n_heads: count.default(12),
    dim: count.default(768),
    hidden_dim: count.default(3072),
    dropout: probability.default(0.1),
    attention_dropout: probability.default(0.1),
    activation: activation.default('gelu'),
    qa_dropout: probability.default(0.1),
    seq_classif_dropout: probability.default(0.2),
    tie_word_embeddings: z.boolean().default(true),
  })
  .transform((config) => ({
    ...config,
    hidden_size: config.dim,
    intermediate_size: config.hidden_dim,
    num_hidden_layers: config.n_layers,
    num_attention_heads: config.n_heads,
    hidden_act: config.activation,
    type_vocab_size: 0,
    layer_norm_eps: 1e-12, // not configurable in DistilBertConfig
    hidden_dropout_prob: config.dropout,
    attention_probs_dropout_prob: config.attention_dropout,
    classifier_dropout: undefined,
  }));

/** Sinusoidal positions, sine and cosine interleaved, for configurations that ask for them; checkpoints store them. */
class Sinusoids extends Embedding {
  override fixedValue(_name: string, { dtype, device }: { dtype: DType; device: string }): Tensor {
    const values = Float64Array.from({ length: this.count * this.width }, (_, at) => {
      const [position, i] = [Math.floor(at / this.width), at % this.width];
      const angle = position / 10000 ** ((2 * Math.floor(i / 2)) / this.width);
      return i % 2 === 0 ? Math.sin(angle) : Math.cos(angle);
    });
    return fromArray(values, [this.count, this.width]).to(dtype).toDevice(device);
  }
}

const names = {
  query: 'attention.q_lin',
  key: 'attention.k_lin',
  value: 'attention.v_lin',
  attended: 'attention.out_lin',
  attentionNorm: 'sa_layer_norm',
  inner: 'ffn.lin1',
  outer: 'ffn.lin2',
  norm: 'output_layer_norm',
};

/** BERT at half the depth, without segments (Sanh et al., 2019). */
export const architecture = defineEncoder({
  modelType: 'distilbert',
  className: 'DistilBert',
  schema,
  traits: (config) => ({
    positions: config.sinusoidal_pos_embds ? new Sinusoids(config.max_position_embeddings, config.dim) : undefined,
    layers: 'transformer.layer',
    layer: () => ({
      names,
      dropouts: { probabilities: [config.attention_dropout, 'attention'], outer: [config.dropout, 'ffn'] },
    }),
  }),
  heads: (config) => ({
    masked: {
      transform: normedTransform(config, { dense: 'vocab_transform', norm: 'vocab_layer_norm' }),
      decoder: 'vocab_projector',
      bias: 'vocab_projector.bias',
    },
    sequence: { transform: { dense: 'pre_classifier', activation: 'relu' }, dropout: config.seq_classif_dropout },
    token: { dropout: config.dropout },
    question: { dropout: config.qa_dropout },
  }),
});
