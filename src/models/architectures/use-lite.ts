// N tokens, S texts, E embedding width, D width of the layers, H heads, d head size
import { z } from 'zod';
import {
  attention,
  Embedding,
  LayerNorm,
  Linear,
  Module,
  segmentLengths,
  Sublayer,
  type Layout,
} from '../../engine/nn/index.ts';
import { aten, cat, fromArray, wideType, type Tensor } from '../../engine/tensor/index.ts';
import { DECIDES, type Architecture, type Task, type Trunk } from '../architecture.ts';
import { parseConfig } from '../raw-config.ts';
import { poolings } from '../heads/pooling.ts';
import { Block, idsOf, Stack, type Pass, type StackInput } from '../stack.ts';
import { count } from '../config-keys.ts';

/** Configuration in folders made by `attune models import` from Universal Sentence Encoder Lite. */
const schema = z.looseObject({
  vocab_size: count,
  embedding_size: count.multipleOf(4),
  hidden_size: count,
  intermediate_size: count,
  num_hidden_layers: count,
  num_attention_heads: count,
  max_position_embeddings: count,
  layer_norm_eps: z.number().default(1e-6),
});

type UseLiteConfig = z.output<typeof schema>;

/** Ratio of the positions' longest wavelength to the shortest. */
const LONGEST_WAVE = 10_000;

class Attention extends Module {
  readonly qkv: Linear;
  readonly output: Linear;
  readonly #heads: number;

  constructor(config: UseLiteConfig, width: number) {
    super();
    this.qkv = new Linear(width, 3 * width, { bias: true });
    this.output = new Linear(width, config.hidden_size, { bias: true });
    this.#heads = config.num_attention_heads;
  }

  forward(x: Tensor, pass: Pass): Tensor {
    const [N, width] = x.shape;
    const parts = this.qkv.forward(x).split([width, width, width], 1);
    const [q, k, v] = parts.map((part) => part.reshape(N, this.#heads, -1)); // [N, H, d]
    return this.output.forward(attention(q, k, v, { layout: pass.layout, causal: false }).flatten(1));
  }
}

class FeedForward extends Module {
  readonly conv1: Linear;
  readonly conv2: Linear;

  constructor(config: UseLiteConfig) {
    super();
    this.conv1 = new Linear(config.hidden_size, config.intermediate_size, { bias: true });
    this.conv2 = new Linear(config.intermediate_size, config.hidden_size, { bias: true });
  }

  forward(x: Tensor): Tensor {
    return this.conv2.forward(this.#inner(x));
  }

  /**
   * Replaces each token's output with the mean over its text. Since averaging commutes with linear layers, the second
   * one runs once per text instead of once per token.
   */
  forwardMean(x: Tensor, layout: Layout): Tensor {
    // Averaging does not commute with an active adapter dropout, which differs per token.
    if (!this.conv2.adapters.always.every((adapter) => adapter.lowRank?.() !== undefined)) return this.forward(x);
    const means = this.conv2.forward(poolings.mean(this.#inner(x), layout).to(x.dtype)); // [S, D]
    const lengths = segmentLengths(layout);
    const each = means.split(lengths.map(() => 1));
    return cat(each.map((mean, s) => mean.expand(lengths[s], -1))); // [N, D]
  }

  #inner(x: Tensor): Tensor {
    return aten.threshold.default(this.conv1.forward(x), 0, 0); // relu
  }
}

class Layer extends Block {
  readonly attention_norm: LayerNorm;
  readonly attention: Attention;
  /** Widens the residual if the layer's input is narrower than its output. */
  readonly residual?: Linear;
  readonly ffn_norm: LayerNorm;
  readonly ffn: FeedForward;
  readonly attention_sublayer: Sublayer;
  readonly mlp_sublayer: Sublayer;
  readonly #isAveraged: boolean;

  /** `isAveraged`: only the mean of each text's states is used. */
  constructor(config: UseLiteConfig, { width, isAveraged }: { width: number; isAveraged: boolean }) {
    super();
    const { hidden_size: wide, layer_norm_eps: epsilon } = config;
    this.attention_sublayer = new Sublayer('attention', wide);
    this.mlp_sublayer = new Sublayer('mlp', wide);
    this.#isAveraged = isAveraged;
    this.attention_norm = new LayerNorm(width, epsilon);
    this.attention = new Attention(config, width);
    if (width !== wide) this.residual = new Linear(width, wide, { bias: true });
    this.ffn_norm = new LayerNorm(wide, epsilon);
    this.ffn = new FeedForward(config);
  }

  /** [N, E or D] → [N, D] */
  override forward(x: Tensor, pass: Pass): Tensor {
    const beside = this.residual?.forward(x) ?? x;
    const read = this.attention_norm.forward(x);
    const attended = beside.add(this.attention_sublayer.change(read, this.attention.forward(read, pass)));
    const normed = this.ffn_norm.forward(attended);
    // An adapter on the sublayer is not linear, so it needs each token.
    const isAveraged = this.#isAveraged && this.mlp_sublayer.isIdle;
    const fed = isAveraged ? this.ffn.forwardMean(normed, pass.layout) : this.ffn.forward(normed);
    return attended.add(this.mlp_sublayer.change(normed, fed));
  }
}

/** Projects a row's mean state to its embedding. */
class Pooler extends Module {
  readonly dense: Linear;

  constructor(width: number) {
    super();
    this.dense = new Linear(width, width, { bias: true });
  }

  forward(pooled: Tensor): Tensor {
    return aten.tanh.default(this.dense.forward(pooled));
  }
}

/** A small transformer for sentences (Cer et al., 2018), as in TensorFlow.js: pre-norm, without a final norm. */
class UseLite extends Stack implements Trunk {
  readonly embeddings: Embedding;
  readonly layers: readonly Layer[];
  /** Applied to a row's mean; not used for token classification. */
  readonly pooler?: Pooler;
  readonly width: number;

  constructor(config: UseLiteConfig, task: Task) {
    super();
    const { embedding_size: narrow, hidden_size: wide, num_hidden_layers: layers } = config;
    this.width = wide;
    this.embeddings = new Embedding(config.vocab_size, narrow);
    this.layers = Array.from({ length: layers }, (_, layer) => {
      const isAveraged = task !== 'token' && layer === layers - 1;
      return new Layer(config, { width: layer === 0 ? narrow : wide, isAveraged });
    });
    if (task !== 'token') this.pooler = new Pooler(wide);
  }

  get stack(): Stack {
    return this;
  }
  get tokenTable(): Embedding {
    return this.embeddings;
  }
  override get blockList(): readonly Block[] {
    return this.layers;
  }

  /** Tokens count twice: the original adds positions to a copy of the embeddings, then adds that copy to them. */
  override embed(input: StackInput, pass: Pass): Tensor {
    const tokens = input.embeddings ?? this.embeddings.forward(idsOf(input, pass), pass.dtype);
    return tokens.mul(2).add(this.#waves(pass));
  }

  /** Sinusoidal positions, sines first: [N, E] */
  #waves({ positions, dtype, device }: Pass): Tensor {
    const half = this.embeddings.width / 2;
    const speeds = Float64Array.from({ length: half }, (_, i) => LONGEST_WAVE ** (-i / (half - 1)));
    const wide = wideType(dtype);
    const angles = positions.to(wide).unsqueeze(1).mul(fromArray(speeds).to(wide).toDevice(device)); // [N, E/2]
    return cat([aten.sin.default(angles), aten.cos.default(angles)], 1).to(dtype);
  }
}

const vectors = { head: 'embedding', options: { pooling: 'mean', pooler: true, normalise: true } };

export const architecture: Architecture = {
  modelType: 'use_lite',
  prefix: 'model',
  build: (raw, { task }) => new UseLite(parseConfig(schema, raw), task),
  heads: () => ({
    embedding: { ...vectors, className: 'UseLiteModel' },
    decision: { ...vectors, className: `UseLite${DECIDES}` },
    sequence: {
      head: 'sequence',
      className: 'UseLiteForSequenceClassification',
      options: { name: 'classifier', pool: 'mean', pooler: true, bias: true },
    },
    token: {
      head: 'token',
      className: 'UseLiteForTokenClassification',
      options: { name: 'classifier', bias: true },
    },
  }),
  limits(raw) {
    const config = parseConfig(schema, raw);
    return { vocabularySize: config.vocab_size, maxPositions: config.max_position_embeddings };
  },
};
