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
import { fromArray, type DType, type Tensor } from '../tensor/index.ts';
import type { Architecture, Trunk } from './architecture.ts';
import { parseConfig } from './config.ts';
import { encoderHeads } from './encoder-heads.ts';
import { Block, idsOf, Stack, type Pass, type StackInput } from './stack.ts';

const count = z.int().positive();
const probability = z.number().min(0).max(1);

/** The keys of HF DistilBertConfig that change what is computed. */
const schema = z.looseObject({
  vocab_size: count.default(30522),
  max_position_embeddings: count.default(512),
  sinusoidal_pos_embds: z.boolean().default(false),
  n_layers: count.default(6),
  n_heads: count.default(12),
  dim: count.default(768),
  hidden_dim: count.default(3072),
  dropout: probability.default(0.1),
  attention_dropout: probability.default(0.1),
  activation: z.enum(Object.keys(activations) as [string, ...string[]]).default('gelu'),
  qa_dropout: probability.default(0.1),
  seq_classif_dropout: probability.default(0.2),
  tie_word_embeddings: z.boolean().default(true),
});

type DistilBertConfig = z.output<typeof schema>;

/** DistilBertConfig cannot change it. */
const NORM_EPSILON = 1e-12;

/** Sines at even places, cosines at odd ones, where the configuration asks for them; a checkpoint has them stored. */
class Positions extends Embedding {
  readonly #isSinusoidal: boolean;

  constructor(config: DistilBertConfig) {
    super(config.max_position_embeddings, config.dim);
    this.#isSinusoidal = config.sinusoidal_pos_embds;
  }

  override fixedValue(_name: string, { dtype, device }: { dtype: DType; device: string }): Tensor | undefined {
    if (!this.#isSinusoidal) return undefined;
    const values = Float64Array.from({ length: this.count * this.width }, (_, at) => {
      const [position, i] = [Math.floor(at / this.width), at % this.width];
      const angle = position / 10000 ** ((2 * Math.floor(i / 2)) / this.width);
      return i % 2 === 0 ? Math.sin(angle) : Math.cos(angle);
    });
    return fromArray(values, [this.count, this.width]).to(dtype).toDevice(device);
  }
}

class Embeddings extends Module {
  readonly word_embeddings: Embedding;
  readonly position_embeddings: Positions;
  readonly LayerNorm: LayerNorm;
  readonly #dropout: Dropout;

  constructor(config: DistilBertConfig) {
    super();
    this.word_embeddings = new Embedding(config.vocab_size, config.dim);
    this.position_embeddings = new Positions(config);
    this.LayerNorm = new LayerNorm(config.dim, NORM_EPSILON);
    this.#dropout = new Dropout(config.dropout, 'embeddings');
  }

  forward(input: StackInput, pass: Pass): Tensor {
    const words = input.embeddings ?? this.word_embeddings.forward(idsOf(input, pass), pass.dtype);
    const placed = words.add(this.position_embeddings.forward(pass.positions, pass.dtype));
    return this.#dropout.forward(this.LayerNorm.forward(placed));
  }
}

class Attention extends Module {
  readonly q_lin: Linear;
  readonly k_lin: Linear;
  readonly v_lin: Linear;
  readonly out_lin: Linear;
  readonly #heads: number;
  readonly #dropout: Dropout;

  constructor({ dim, n_heads: heads, attention_dropout: dropout }: DistilBertConfig, layer: number) {
    super();
    this.q_lin = new Linear(dim, dim, { bias: true });
    this.k_lin = new Linear(dim, dim, { bias: true });
    this.v_lin = new Linear(dim, dim, { bias: true });
    this.out_lin = new Linear(dim, dim, { bias: true });
    this.#heads = heads;
    this.#dropout = new Dropout(dropout, `transformer.layer.${layer}.attention`);
  }

  forward(x: Tensor, pass: Pass): Tensor {
    const [N] = x.shape;
    const flat = linearGroup([this.q_lin, this.k_lin, this.v_lin], x);
    const [q, k, v] = flat.map((one) => one.reshape(N, this.#heads, -1)); // [N, H, d]
    const y = attention(q, k, v, { layout: pass.layout, causal: false, dropout: this.#dropout });
    return this.out_lin.forward(y.flatten(1));
  }
}

class FeedForward extends Module {
  readonly lin1: Linear;
  readonly lin2: Linear;
  readonly #activation: Activation;
  readonly #dropout: Dropout;

  constructor(config: DistilBertConfig, layer: number) {
    super();
    this.lin1 = new Linear(config.dim, config.hidden_dim, { bias: true });
    this.lin2 = new Linear(config.hidden_dim, config.dim, { bias: true });
    this.#activation = activations[config.activation];
    this.#dropout = new Dropout(config.dropout, `transformer.layer.${layer}.ffn`);
  }

  forward(x: Tensor): Tensor {
    return this.#dropout.forward(this.lin2.forward(this.#activation(this.lin1.forward(x))));
  }
}

class Layer extends Block {
  readonly attention: Attention;
  readonly sa_layer_norm: LayerNorm;
  readonly ffn: FeedForward;
  readonly output_layer_norm: LayerNorm;
  readonly attention_sublayer: Sublayer;
  readonly mlp_sublayer: Sublayer;

  constructor(config: DistilBertConfig, layer: number) {
    super();
    this.attention = new Attention(config, layer);
    this.sa_layer_norm = new LayerNorm(config.dim, NORM_EPSILON);
    this.ffn = new FeedForward(config, layer);
    this.output_layer_norm = new LayerNorm(config.dim, NORM_EPSILON);
    this.attention_sublayer = new Sublayer('attention', config.dim);
    this.mlp_sublayer = new Sublayer('mlp', config.dim);
  }

  override forward(x: Tensor, pass: Pass): Tensor {
    const { attention_sublayer: first, mlp_sublayer: second } = this;
    const attended = this.sa_layer_norm.forward(first.change(x, this.attention.forward(x, pass)).add(x));
    return this.output_layer_norm.forward(second.change(attended, this.ffn.forward(attended)).add(attended));
  }
}

class Transformer extends Module {
  readonly layer: readonly Layer[];

  constructor(config: DistilBertConfig) {
    super();
    this.layer = Array.from({ length: config.n_layers }, (_, layer) => new Layer(config, layer));
  }
}

/** BERT at half its depth, without segments (Sanh et al., 2019). */
class DistilBert extends Stack implements Trunk {
  readonly embeddings: Embeddings;
  readonly transformer: Transformer;

  constructor(config: DistilBertConfig) {
    super();
    this.embeddings = new Embeddings(config);
    this.transformer = new Transformer(config);
  }

  get stack(): Stack {
    return this;
  }
  get width(): number {
    return this.tokenTable.width;
  }
  get tokenTable(): Embedding {
    return this.embeddings.word_embeddings;
  }
  override get blockList(): readonly Block[] {
    return this.transformer.layer;
  }
  override embed(input: StackInput, pass: Pass): Tensor {
    return this.embeddings.forward(input, pass);
  }
}

export const architecture: Architecture = {
  modelType: 'distilbert',
  prefix: 'distilbert',
  build: (raw) => new DistilBert(parseConfig(schema, raw)),
  heads(raw) {
    const config = parseConfig(schema, raw);
    return encoderHeads('DistilBert', {
      masked: {
        transform: {
          dense: 'vocab_transform',
          activation: config.activation,
          norm: { name: 'vocab_layer_norm', epsilon: NORM_EPSILON },
        },
        decoder: 'vocab_projector',
        bias: 'vocab_projector.bias',
        tied: config.tie_word_embeddings,
      },
      sequence: {
        transform: { dense: 'pre_classifier', activation: 'relu' },
        dropout: config.seq_classif_dropout,
      },
      token: { dropout: config.dropout },
      question: { dropout: config.qa_dropout },
    });
  },
  limits(raw) {
    const config = parseConfig(schema, raw);
    return { vocabularySize: config.vocab_size, maxPositions: config.max_position_embeddings };
  },
};
