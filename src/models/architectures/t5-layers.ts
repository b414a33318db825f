// N tokens, M memory tokens, D width, H heads, d head size, n distances
import { z } from 'zod';
import {
  activations,
  Dropout,
  gateOf,
  Linear,
  Module,
  RMSNorm,
  Sublayer,
  type Activation,
  type DistanceBias,
  type Gate,
  type SublayerKind,
} from '../../engine/nn/index.ts';
import type { Tensor } from '../../engine/tensor/index.ts';
import { attendMemory } from '../memory.ts';
import { attendSelf } from './self-attention.ts';
import { RelativeBias } from './relative-bias.ts';
import { Block, type Pass } from '../stack.ts';
import { count, probability } from '../config-keys.ts';

/** Gating and activation in `feed_forward_proj`; "gated-gelu" has always meant the tanh approximation. */
const feedForward = z.string().transform((value, context) => {
  const name = value.replace(/^gated-/, '');
  const activation = value === 'gated-gelu' ? 'gelu_new' : name;
  if (Object.hasOwn(activations, activation)) return { isGated: name !== value, activation };
  context.addIssue({ code: 'custom', message: `must be one of ${Object.keys(activations).join(', ')}, or gated-…` });
  return z.NEVER;
});

/** HF T5Config keys that affect the computation. */
export const t5Schema = z.looseObject({
  vocab_size: count.default(32128),
  d_model: count.default(512),
  d_kv: count.default(64),
  d_ff: count.default(2048),
  num_layers: count.default(6),
  num_decoder_layers: count.nullish(),
  num_heads: count.default(8),
  relative_attention_num_buckets: z.int().min(4).default(32),
  relative_attention_max_distance: count.default(128),
  dropout_rate: probability.default(0.1),
  layer_norm_epsilon: z.number().default(1e-6),
  initializer_factor: z.number().default(1),
  feed_forward_proj: feedForward.default({ isGated: false, activation: 'relu' }),
  tie_word_embeddings: z.boolean().default(true),
  scale_decoder_outputs: z.boolean().nullish(),
});

/** `biasPerBlock`: each block has its own relative bias (UMT5). */
export type T5Config = z.output<typeof t5Schema> & { biasPerBlock: boolean };

/** A projection without bias, initialised so that its outputs have the scale of its inputs. */
class Projection extends Linear {
  readonly #deviation: number;

  constructor(inFeatures: number, outFeatures: number, deviation: number) {
    super(inFeatures, outFeatures);
    this.#deviation = deviation;
  }

  override initialDeviation(): number {
    return this.#deviation;
  }
}

function biasOf(config: T5Config, isDecoder: boolean): RelativeBias {
  const { relative_attention_num_buckets: buckets, num_heads: heads, initializer_factor: factor } = config;
  const deviation = factor * config.d_model ** -0.5;
  return new RelativeBias({ buckets, heads, farthest: config.relative_attention_max_distance, isDecoder, deviation });
}

/** Stack and index of a layer. */
export interface T5Place {
  stack: 'encoder' | 'decoder';
  index: number;
}

class Attention extends Module {
  readonly q: Projection;
  readonly k: Projection;
  readonly v: Projection;
  readonly o: Projection;
  readonly relative_attention_bias?: RelativeBias;
  readonly #heads: number;
  readonly #dropout: Dropout;

  constructor(config: T5Config, site: string, bias?: RelativeBias) {
    super();
    const { d_model: width, num_heads: heads, d_kv: size, initializer_factor: factor } = config;
    const inner = heads * size;
    this.q = new Projection(width, inner, factor * (width * size) ** -0.5);
    this.k = new Projection(width, inner, factor * width ** -0.5);
    this.v = new Projection(width, inner, factor * width ** -0.5);
    this.o = new Projection(inner, width, factor * inner ** -0.5);
    if (bias !== undefined) this.relative_attention_bias = bias;
    this.#heads = heads;
    this.#dropout = new Dropout(config.dropout_rate, site);
  }

  #byHead(layer: Linear, x: Tensor): Tensor {
    return layer.forward(x).reshape(x.shape[0], this.#heads, -1); // [N, H, d]
  }

  /** Self-attention with unscaled scores; causal in a decoder. */
  toSelf(x: Tensor, pass: Pass, { place, bias }: { place: T5Place; bias: DistanceBias }): Tensor {
    const [q, k, v] = [this.q, this.k, this.v].map((layer) => this.#byHead(layer, x));
    const options = { causal: place.stack === 'decoder', scale: 1, bias, dropout: this.#dropout };
    return this.o.forward(attendSelf(pass, place.index, { q, k, v }, options));
  }

  /** Cross-attention to the encoder's output, without positions. */
  toMemory(x: Tensor, pass: Pass, { index }: T5Place): Tensor {
    const project = (hidden: Tensor) => ({
      k: this.#byHead(this.k, hidden), // [M, H, d]
      v: this.#byHead(this.v, hidden),
    });
    const q = this.#byHead(this.q, x);
    return this.o.forward(attendMemory(pass, index, { q, project }, { scale: 1, dropout: this.#dropout }));
  }
}

/** Feed-forward layer, gated or not. */
class FeedForward extends Module {
  readonly wi?: Projection;
  readonly wi_0?: Projection;
  readonly wi_1?: Projection;
  readonly wo: Projection;
  readonly #activation: Activation;
  readonly #gate: Gate;
  readonly #dropout: Dropout;

  constructor(config: T5Config, site: string) {
    super();
    const { d_model: width, d_ff: inner, initializer_factor: factor } = config;
    const { isGated, activation } = config.feed_forward_proj;
    const inward = () => new Projection(width, inner, factor * width ** -0.5);
    if (isGated) {
      this.wi_0 = inward();
      this.wi_1 = inward();
    } else this.wi = inward();
    this.wo = new Projection(inner, width, factor * inner ** -0.5);
    this.#activation = activations[activation];
    this.#gate = gateOf(activation);
    this.#dropout = new Dropout(config.dropout_rate, site);
  }

  forward(x: Tensor): Tensor {
    const { wi, wi_0: gate, wi_1: value } = this;
    const inner =
      wi === undefined
        ? this.#gate((gate as Projection).forward(x), (value as Projection).forward(x))
        : this.#activation(wi.forward(x));
    return this.wo.forward(this.#dropout.forward(inner));
  }
}

/** A part of a block: norm first, dropout last. */
abstract class Part extends Module {
  readonly layer_norm: RMSNorm;
  readonly sublayer: Sublayer;
  readonly #dropout: Dropout;

  constructor(config: T5Config, site: string, kind: SublayerKind) {
    super();
    this.sublayer = new Sublayer(kind, config.d_model);
    this.layer_norm = new RMSNorm(config.d_model, config.layer_norm_epsilon);
    this.#dropout = new Dropout(config.dropout_rate, `${site}.output`);
  }

  protected around(x: Tensor, inner: (normed: Tensor) => Tensor): Tensor {
    const read = this.layer_norm.forward(x);
    return x.add(this.sublayer.change(read, this.#dropout.forward(inner(read))));
  }
}

class SelfAttentionPart extends Part {
  readonly SelfAttention: Attention;

  constructor(config: T5Config, site: string, bias?: RelativeBias) {
    super(config, site, 'attention');
    this.SelfAttention = new Attention(config, site, bias);
  }
  forward(x: Tensor, pass: Pass, how: { place: T5Place; bias: DistanceBias }): Tensor {
    return this.around(x, (normed) => this.SelfAttention.toSelf(normed, pass, how));
  }
}

class MemoryPart extends Part {
  readonly EncDecAttention: Attention;

  constructor(config: T5Config, site: string) {
    super(config, site, 'cross_attention');
    this.EncDecAttention = new Attention(config, site);
  }
  forward(x: Tensor, pass: Pass, place: T5Place): Tensor {
    return this.around(x, (normed) => this.EncDecAttention.toMemory(normed, pass, place));
  }
}

class FeedForwardPart extends Part {
  readonly DenseReluDense: FeedForward;

  constructor(config: T5Config, site: string) {
    super(config, site, 'mlp');
    this.DenseReluDense = new FeedForward(config, site);
  }
  forward(x: Tensor): Tensor {
    return this.around(x, (normed) => this.DenseReluDense.forward(normed));
  }
}

/** Self-attention, cross-attention in a decoder, and feed-forward. */
export class T5Block extends Block {
  readonly layer: readonly Part[];
  /** Shared by all blocks, unless each has its own (UMT5). */
  readonly #bias: RelativeBias;
  readonly #place: T5Place;

  constructor(config: T5Config, place: T5Place, first: T5Block | undefined) {
    super();
    const isDecoder = place.stack === 'decoder';
    const site = (part: number) => `${place.stack}.block.${place.index}.layer.${part}`;
    const own = first === undefined || config.biasPerBlock ? biasOf(config, isDecoder) : undefined;
    this.#bias = own ?? first!.#bias;
    this.#place = place;
    this.layer = [
      new SelfAttentionPart(config, site(0), own),
      ...(isDecoder ? [new MemoryPart(config, site(1))] : []),
      new FeedForwardPart(config, site(isDecoder ? 2 : 1)),
    ];
  }

  override forward(x: Tensor, pass: Pass): Tensor {
    let hidden = x;
    for (const part of this.layer) {
      if (part instanceof SelfAttentionPart) {
        hidden = part.forward(hidden, pass, { place: this.#place, bias: this.#bias });
      } else if (part instanceof MemoryPart) hidden = part.forward(hidden, pass, this.#place);
      else hidden = (part as FeedForwardPart).forward(hidden);
    }
    return hidden;
  }
}
