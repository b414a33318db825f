// N tokens, D width, E width of the token table, H heads
import { z } from 'zod';
import type { Embedding } from '../nn/index.ts';
import {
  activations,
  attention,
  Dropout,
  LayerNorm,
  Linear,
  linearGroup,
  Module,
  Sublayer,
  type Activation,
} from '../nn/index.ts';
import type { Tensor } from '../tensor/index.ts';
import type { Architecture, Trunk, TrunkContext } from './architecture.ts';
import { bertSchema, Embeddings, formerNormNames } from './bert-layers.ts';
import { parseConfig, type RawConfig } from './config.ts';
import { encoderHeads } from './encoder-heads.ts';
import { Block, Stack, type Pass, type StackInput } from './stack.ts';

const probability = z.number().min(0).max(1);

/** Where HF AlbertConfig differs from BertConfig. */
const schema = bertSchema.extend({
  embedding_size: z.int().positive().default(128),
  num_hidden_groups: z.int().positive().default(1),
  inner_group_num: z.int().positive().default(1),
  hidden_act: bertSchema.shape.hidden_act.default('gelu_new'),
  hidden_dropout_prob: probability.default(0),
  attention_probs_dropout_prob: probability.default(0),
  classifier_dropout_prob: probability.default(0.1),
});

type AlbertConfig = z.output<typeof schema>;

class Attention extends Module {
  readonly query: Linear;
  readonly key: Linear;
  readonly value: Linear;
  readonly dense: Linear;
  readonly LayerNorm: LayerNorm;
  readonly #heads: number;

  constructor({ hidden_size: width, num_attention_heads: heads, layer_norm_eps: epsilon }: AlbertConfig) {
    super();
    const linear = () => new Linear(width, width, { bias: true });
    [this.query, this.key, this.value, this.dense] = [linear(), linear(), linear(), linear()];
    this.LayerNorm = new LayerNorm(width, epsilon);
    this.#heads = heads;
  }

  forward(x: Tensor, pass: Pass, { dropouts, sublayer }: { dropouts: Dropouts; sublayer: Sublayer }): Tensor {
    const flat = linearGroup([this.query, this.key, this.value], x);
    const [q, k, v] = flat.map((one) => one.reshape(x.shape[0], this.#heads, -1)); // [N, H, d]
    const y = attention(q, k, v, { layout: pass.layout, causal: false, dropout: dropouts.probabilities });
    const result = dropouts.output.forward(this.dense.forward(y.flatten(1)));
    return this.LayerNorm.forward(x.add(sublayer.change(x, result)));
  }
}

/** A layer that several turns of the encoder share. */
class SharedLayer extends Module {
  readonly full_layer_layer_norm: LayerNorm;
  readonly attention: Attention;
  readonly ffn: Linear;
  readonly ffn_output: Linear;
  readonly attention_sublayer: Sublayer;
  readonly mlp_sublayer: Sublayer;
  readonly #activation: Activation;

  constructor(config: AlbertConfig) {
    super();
    const { hidden_size: width, intermediate_size: inner } = config;
    this.full_layer_layer_norm = new LayerNorm(width, config.layer_norm_eps);
    this.attention = new Attention(config);
    this.ffn = new Linear(width, inner, { bias: true });
    this.ffn_output = new Linear(inner, width, { bias: true });
    this.attention_sublayer = new Sublayer('attention', width);
    this.mlp_sublayer = new Sublayer('mlp', width);
    this.#activation = activations[config.hidden_act];
  }

  forward(x: Tensor, pass: Pass, dropouts: Dropouts): Tensor {
    const attended = this.attention.forward(x, pass, { dropouts, sublayer: this.attention_sublayer });
    const fed = this.ffn_output.forward(this.#activation(this.ffn.forward(attended)));
    return this.full_layer_layer_norm.forward(this.mlp_sublayer.change(attended, fed).add(attended));
  }
}

class Group extends Module {
  readonly albert_layers: readonly SharedLayer[];

  constructor(config: AlbertConfig) {
    super();
    this.albert_layers = Array.from({ length: config.inner_group_num }, () => new SharedLayer(config));
  }
}

interface Dropouts {
  probabilities: Dropout;
  output: Dropout;
}

/** One turn through a group's layers: its weights are others' too, its random numbers its own. */
class Turn extends Block {
  readonly #group: Group;
  readonly #dropouts: readonly Dropouts[];

  constructor(config: AlbertConfig, group: Group, turn: number) {
    super();
    this.#group = group;
    this.#dropouts = group.albert_layers.map((_, layer) => ({
      probabilities: new Dropout(config.attention_probs_dropout_prob, `encoder.${turn}.${layer}.attention`),
      output: new Dropout(config.hidden_dropout_prob, `encoder.${turn}.${layer}.output`),
    }));
  }

  override modules(path = ''): Generator<[string, Module]> {
    return this.#group.modules(path);
  }

  override forward(x: Tensor, pass: Pass): Tensor {
    return this.#group.albert_layers.reduce(
      (hidden, layer, place) => layer.forward(hidden, pass, this.#dropouts[place]),
      x,
    );
  }
}

class Encoder extends Module {
  readonly embedding_hidden_mapping_in: Linear;
  readonly albert_layer_groups: readonly Group[];

  constructor(config: AlbertConfig) {
    super();
    this.embedding_hidden_mapping_in = new Linear(config.embedding_size, config.hidden_size, { bias: true });
    this.albert_layer_groups = Array.from({ length: config.num_hidden_groups }, () => new Group(config));
  }
}

/** Of the first token, for classifiers. */
class Pooler extends Linear {
  override forward(x: Tensor): Tensor {
    return activations.tanh(super.forward(x));
  }
}

/** BERT whose layers share their weights, with a narrow token table (Lan et al., 2020). */
class Albert extends Stack implements Trunk {
  readonly embeddings: Embeddings;
  readonly encoder: Encoder;
  readonly pooler?: Pooler;
  readonly width: number;
  readonly #turns: readonly Turn[];

  constructor(config: AlbertConfig, context: TrunkContext) {
    super();
    const { hidden_size: width, num_hidden_layers: layers, num_hidden_groups: groups } = config;
    this.width = width;
    this.embeddings = new Embeddings(config, { firstPosition: 0, tableWidth: config.embedding_size, hasPooler: true });
    this.encoder = new Encoder(config);
    const groupOf = (turn: number) => this.encoder.albert_layer_groups[Math.floor(turn / (layers / groups))];
    this.#turns = Array.from({ length: layers }, (_, turn) => new Turn(config, groupOf(turn), turn));
    if (context.task === 'sequence' || context.has('pooler.weight'))
      this.pooler = new Pooler(width, width, { bias: true });
  }

  get stack(): Stack {
    return this;
  }
  get tokenTable(): Embedding {
    return this.embeddings.word_embeddings;
  }
  get optional(): readonly string[] {
    return ['pooler'];
  }
  override get blockList(): readonly Block[] {
    return this.#turns;
  }
  override embed(input: StackInput, pass: Pass): Tensor {
    return this.encoder.embedding_hidden_mapping_in.forward(this.embeddings.forward(input, pass));
  }
}

export const architecture: Architecture = {
  modelType: 'albert',
  prefix: 'albert',
  build: (raw, context) => new Albert(parseConfig(schema, raw), context),
  heads(raw: RawConfig) {
    const config = parseConfig(schema, raw);
    const { classifier_dropout_prob: dropout } = config;
    return encoderHeads('Albert', {
      masked: {
        transform: {
          dense: 'predictions.dense',
          activation: config.hidden_act,
          norm: { name: 'predictions.LayerNorm', epsilon: config.layer_norm_eps },
        },
        decoder: 'predictions.decoder',
        bias: 'predictions.bias',
        tied: config.tie_word_embeddings,
      },
      sequence: { pooler: true, dropout },
      token: { dropout },
    });
  },
  limits(raw) {
    const config = parseConfig(schema, raw);
    return { vocabularySize: config.vocab_size, maxPositions: config.max_position_embeddings };
  },
  passedOver: () => [/^sop_classifier\./, /^predictions\.decoder\.bias$/],
  formerNames: formerNormNames,
};
