// N tokens, D width, H heads, d head size
import { z } from 'zod';
import {
  activations,
  attention,
  Dropout,
  Embedding,
  LayerNorm,
  Linear,
  linearGroup,
  Module,
  Sublayer,
  type Activation,
} from '../nn/index.ts';
import { fromArray, type Tensor } from '../tensor/index.ts';
import type { Trunk, TrunkContext } from './architecture.ts';
import { Block, idsOf, Stack, type Pass, type StackInput } from './stack.ts';

const count = z.int().positive();
const probability = z.number().min(0).max(1);

/** The keys of HF BertConfig that change what is computed; its descendants have the same. */
export const bertSchema = z.looseObject({
  vocab_size: count,
  hidden_size: count,
  intermediate_size: count,
  num_hidden_layers: count,
  num_attention_heads: count,
  hidden_act: z.enum(Object.keys(activations) as [string, ...string[]]).default('gelu'),
  max_position_embeddings: count.default(512),
  type_vocab_size: count.default(2),
  layer_norm_eps: z.number().default(1e-12),
  hidden_dropout_prob: probability.default(0.1),
  attention_probs_dropout_prob: probability.default(0.1),
  classifier_dropout: probability.nullish(),
  tie_word_embeddings: z.boolean().default(true),
  position_embedding_type: z
    .literal('absolute', { error: 'only absolute positions are supported' })
    .default('absolute'),
  is_decoder: z.literal(false, { error: 'only encoders are supported' }).default(false),
});

export type BertConfig = z.output<typeof bertSchema>;

/** Where descendants of BERT differ from it. */
export interface BertTraits {
  /** The row of the position table that a row's first token takes. */
  firstPosition: number;
  /** Width of the token tables where it is not the layers': a projection leads from one to the other. */
  tableWidth?: number;
  /** Whether classifiers read rows through the pooler. */
  hasPooler: boolean;
}

export class Embeddings extends Module {
  readonly word_embeddings: Embedding;
  readonly position_embeddings: Embedding;
  readonly token_type_embeddings: Embedding;
  readonly LayerNorm: LayerNorm;
  readonly #dropout: Dropout;
  readonly #firstPosition: number;

  constructor(config: BertConfig, { tableWidth: width = config.hidden_size, firstPosition }: BertTraits) {
    super();
    this.word_embeddings = new Embedding(config.vocab_size, width);
    this.position_embeddings = new Embedding(config.max_position_embeddings, width);
    this.token_type_embeddings = new Embedding(config.type_vocab_size, width);
    this.LayerNorm = new LayerNorm(width, config.layer_norm_eps);
    this.#dropout = new Dropout(config.hidden_dropout_prob, 'embeddings');
    this.#firstPosition = firstPosition;
  }

  forward(input: StackInput, pass: Pass): Tensor {
    const words = input.embeddings ?? this.word_embeddings.forward(idsOf(input, pass), pass.dtype);
    const types = fromArray(input.tokenTypes ?? new BigInt64Array(pass.layout.positions.length)).toDevice(pass.device);
    const typed = words.add(this.token_type_embeddings.forward(types, pass.dtype));
    const placed = typed.add(this.position_embeddings.forward(this.#placesOf(pass.positions), pass.dtype));
    return this.#dropout.forward(this.LayerNorm.forward(placed));
  }

  #placesOf(positions: Tensor): Tensor {
    return this.#firstPosition === 0 ? positions : positions.add(this.#firstPosition);
  }
}

class SelfAttention extends Module {
  readonly query: Linear;
  readonly key: Linear;
  readonly value: Linear;
  readonly #heads: number;
  readonly #dropout: Dropout;

  constructor(config: BertConfig, layer: number) {
    super();
    const width = config.hidden_size;
    this.query = new Linear(width, width, { bias: true });
    this.key = new Linear(width, width, { bias: true });
    this.value = new Linear(width, width, { bias: true });
    this.#heads = config.num_attention_heads;
    this.#dropout = new Dropout(config.attention_probs_dropout_prob, `encoder.layer.${layer}.attention.self`);
  }

  forward(x: Tensor, pass: Pass): Tensor {
    const [N] = x.shape;
    const flat = linearGroup([this.query, this.key, this.value], x);
    const [q, k, v] = flat.map((one) => one.reshape(N, this.#heads, -1)); // [N, H, d]
    return attention(q, k, v, { layout: pass.layout, causal: false, dropout: this.#dropout }).flatten(1);
  }
}

/** What ends both halves of a layer: a projection, dropout, and the norm of its sum with the half's input. */
export class Output extends Module {
  readonly dense: Linear;
  readonly LayerNorm: LayerNorm;
  readonly #dropout: Dropout;

  constructor(inner: number, config: BertConfig, site: string) {
    super();
    this.dense = new Linear(inner, config.hidden_size, { bias: true });
    this.LayerNorm = new LayerNorm(config.hidden_size, config.layer_norm_eps);
    this.#dropout = new Dropout(config.hidden_dropout_prob, site);
  }

  forward(x: Tensor, residual: Tensor, sublayer: Sublayer): Tensor {
    const result = this.#dropout.forward(this.dense.forward(x));
    return this.LayerNorm.forward(sublayer.change(residual, result).add(residual));
  }
}

class Attention extends Module {
  readonly self: SelfAttention;
  readonly output: Output;

  constructor(config: BertConfig, layer: number) {
    super();
    this.self = new SelfAttention(config, layer);
    this.output = new Output(config.hidden_size, config, `encoder.layer.${layer}.attention.output`);
  }
}

export class Dense extends Module {
  readonly dense: Linear;
  readonly #activation: Activation;

  constructor(width: number, inner: number, activation: string) {
    super();
    this.dense = new Linear(width, inner, { bias: true });
    this.#activation = activations[activation];
  }

  forward(x: Tensor): Tensor {
    return this.#activation(this.dense.forward(x));
  }
}

class Layer extends Block {
  readonly attention: Attention;
  readonly intermediate: Dense;
  readonly output: Output;
  readonly attention_sublayer: Sublayer;
  readonly mlp_sublayer: Sublayer;

  constructor(config: BertConfig, layer: number) {
    super();
    this.attention_sublayer = new Sublayer('attention', config.hidden_size);
    this.mlp_sublayer = new Sublayer('mlp', config.hidden_size);
    this.attention = new Attention(config, layer);
    this.intermediate = new Dense(config.hidden_size, config.intermediate_size, config.hidden_act);
    this.output = new Output(config.intermediate_size, config, `encoder.layer.${layer}.output`);
  }

  override forward(x: Tensor, pass: Pass): Tensor {
    const { attention, attention_sublayer: first, mlp_sublayer: second } = this;
    const attended = attention.output.forward(attention.self.forward(x, pass), x, first);
    return this.output.forward(this.intermediate.forward(attended), attended, second);
  }
}

class Encoder extends Module {
  readonly layer: readonly Layer[];

  constructor(config: BertConfig) {
    super();
    this.layer = Array.from({ length: config.num_hidden_layers }, (_, layer) => new Layer(config, layer));
  }
}

/** An encoder with learned positions and a norm after each half of a layer (Devlin et al., 2019). */
export class BertTrunk extends Stack implements Trunk {
  readonly embeddings: Embeddings;
  readonly embeddings_project?: Linear;
  readonly encoder: Encoder;
  /** Of the first token: for classifiers, and kept where a checkpoint has it. */
  readonly pooler?: Dense;

  readonly width: number;

  constructor(config: BertConfig, context: TrunkContext, traits: BertTraits) {
    super();
    const { hidden_size: width } = config;
    this.width = width;
    this.embeddings = new Embeddings(config, traits);
    const { width: tableWidth } = this.tokenTable;
    if (tableWidth !== width) this.embeddings_project = new Linear(tableWidth, width, { bias: true });
    this.encoder = new Encoder(config);
    if ((traits.hasPooler && context.task === 'sequence') || context.has('pooler.dense.weight')) {
      this.pooler = new Dense(width, width, 'tanh');
    }
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
    return this.encoder.layer;
  }
  override embed(input: StackInput, pass: Pass): Tensor {
    const embedded = this.embeddings.forward(input, pass);
    return this.embeddings_project?.forward(embedded) ?? embedded;
  }
}

/** The first checkpoints of the family kept TensorFlow's names of a norm's scale and shift. */
export function formerNormNames(path: string): readonly string[] {
  if (!path.includes('LayerNorm.')) return [];
  return [path.replace(/LayerNorm\.weight$/, 'LayerNorm.gamma').replace(/LayerNorm\.bias$/, 'LayerNorm.beta')];
}
