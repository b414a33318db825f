// N tokens, D width, E embedding width
import { Linear, Module } from '../../engine/nn/index.ts';
import type { Tensor } from '../../engine/tensor/index.ts';
import { count, probability } from '../config-keys.ts';
import { bertSchema } from '../encoder/config.ts';
import { defineEncoder, formerNormNames, normedTransform } from '../encoder/define.ts';
import { layerShape } from '../encoder/encoder.ts';
import { EncoderLayer, layerDropouts, type LayerDropouts } from '../encoder/layer.ts';
import { Block, type Pass } from '../stack.ts';

/** Layers that are reused at several depths. */
class Group extends Module {
  readonly albert_layers: readonly EncoderLayer[];

  constructor(layers: readonly EncoderLayer[]) {
    super();
    this.albert_layers = layers;
  }
}

/** One application of a group at some depth, with shared weights and its own dropout. */
class Turn extends Block {
  readonly #group: Group;
  readonly #dropouts: readonly LayerDropouts[];

  constructor(group: Group, dropouts: readonly LayerDropouts[]) {
    super();
    this.#group = group;
    this.#dropouts = dropouts;
  }

  override modules(path = ''): Generator<[string, Module]> {
    return this.#group.modules(path);
  }

  override forward(x: Tensor, pass: Pass): Tensor {
    return this.#group.albert_layers.reduce((hidden, layer, i) => layer.forward(hidden, pass, this.#dropouts[i]), x);
  }
}

const names = {
  norm: 'full_layer_layer_norm',
  query: 'attention.query',
  key: 'attention.key',
  value: 'attention.value',
  attended: 'attention.dense',
  attentionNorm: 'attention.LayerNorm',
  inner: 'ffn',
  outer: 'ffn_output',
};

/** BERT with weights shared across layers and a narrow embedding (Lan et al., 2020). */
export const architecture = defineEncoder({
  modelType: 'albert',
  className: 'Albert',
  // Differences of HF AlbertConfig from BertConfig.
  schema: bertSchema.extend({
    embedding_size: count.default(128),
    num_hidden_groups: count.default(1),
    inner_group_num: count.default(1),
    hidden_act: bertSchema.shape.hidden_act.default('gelu_new'),
    hidden_dropout_prob: probability.default(0),
    attention_probs_dropout_prob: probability.default(0),
    classifier_dropout_prob: probability.default(0.1),
  }),
  traits(config) {
    const { num_hidden_layers: turns, num_hidden_groups: groups, inner_group_num: layers } = config;
    const { attention_probs_dropout_prob: probabilities, hidden_dropout_prob: hidden } = config;
    const all = Array.from({ length: groups }, () => {
      const newLayer = () => new EncoderLayer(layerShape(config, '', { names, dropouts: {} }));
      return new Group(Array.from({ length: layers }, newLayer));
    });
    const dropoutsOf = (path: string) =>
      layerDropouts({ path, dropouts: { probabilities: [probabilities, 'attention'], attended: [hidden, 'output'] } });
    const blocks = Array.from({ length: turns }, (_, turn) => {
      const group = all[Math.floor(turn / (turns / groups))];
      const dropouts = group.albert_layers.map((_, layer) => dropoutsOf(`encoder.${turn}.${layer}`));
      return new Turn(group, dropouts);
    });
    const module = new Linear(config.embedding_size, config.hidden_size, { bias: true });
    return {
      projection: { path: 'encoder.embedding_hidden_mapping_in', module },
      parts: { 'encoder.albert_layer_groups': all },
      blocks,
      pooler: { isRead: true, isBare: true },
    };
  },
  heads: (config) => ({
    masked: {
      transform: normedTransform(config, { dense: 'predictions.dense', norm: 'predictions.LayerNorm' }),
      decoder: 'predictions.decoder',
      bias: 'predictions.bias',
    },
    sequence: { pooler: true },
    dropout: config.classifier_dropout_prob,
  }),
  passedOver: [/^sop_classifier\./],
  formerNames: formerNormNames,
});
