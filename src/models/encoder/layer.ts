// N tokens, D width, I inner width of the feed-forward sublayer, H heads, d head size
import {
  activations,
  Dropout,
  gateOf,
  LayerNorm,
  Linear,
  linearGroup,
  rotate,
  Sublayer,
  type AttentionOptions,
  type Rope,
} from '../../engine/nn/index.ts';
import type { Tensor } from '../../engine/tensor/index.ts';
import { attendSelf } from '../architectures/self-attention.ts';
import { place } from '../heads/place.ts';
import { Block, type Pass } from '../stack.ts';

/**
 * Linear parts: projections of attention (`qkv` fuses three), its output projection, and the feed-forward projections,
 * where `gate` gates the values of `inner`.
 */
type LinearPart = 'query' | 'key' | 'value' | 'qkv' | 'attended' | 'inner' | 'gate' | 'outer';
type NormPart = 'attentionNorm' | 'norm';

/** Paths of a layer's parts, in the checkpoint's order. A norm without a name does not exist. */
export type LayerNames = Partial<Record<LinearPart | NormPart, string>>;

/** Dropout on attention probabilities, on each sublayer's result, and between the feed-forward projections. */
type DropoutPart = 'probabilities' | 'attended' | 'inner' | 'outer';

export type LayerDropouts = Partial<Record<DropoutPart, Dropout>>;

export interface LayerShape {
  /** Path of the layer in the trunk: `encoder.layer.0` */
  path: string;
  width: number;
  inner: number;
  heads: number;
  activation: string;
  epsilon: number;
  names: LayerNames;
  /** Each with a site below `path`, which keys its random numbers. */
  dropouts: Partial<Record<DropoutPart, readonly [probability: number, site: string]>>;
  /** `before`: each sublayer normalises its input; `after`: each residual sum is normalised. */
  norms: 'before' | 'after';
  /** All parts have biases by default. */
  biases?: Partial<Record<'attention' | 'feedForward' | 'norms', boolean>>;
  /** The first feed-forward projection yields gate and values, in that order. */
  isGated?: boolean;
  /** `index`: the layer's index in the cache, for causal attention. */
  attention?: Omit<AttentionOptions, 'dropout'> & { rope?: Rope; index?: number };
}

/** Transformer layer, bidirectional by default: attention and a feed-forward sublayer with residual connections. */
export class EncoderLayer extends Block {
  readonly attention_sublayer: Sublayer;
  readonly mlp_sublayer: Sublayer;
  readonly #shape: LayerShape;
  readonly #linears = {} as Record<Exclude<LinearPart, 'gate'>, Linear> & { gate?: Linear };
  readonly #norms: Partial<Record<NormPart, LayerNorm>> = {};
  readonly #dropouts: LayerDropouts;

  constructor(shape: LayerShape) {
    super();
    this.#shape = shape;
    this.#dropouts = layerDropouts(shape);
    this.attention_sublayer = new Sublayer('attention', shape.width);
    this.mlp_sublayer = new Sublayer('mlp', shape.width);
    for (const [part, path] of Object.entries(shape.names) as [LinearPart | NormPart, string][]) {
      place(
        this,
        path,
        part === 'attentionNorm' || part === 'norm'
          ? (this.#norms[part] = new LayerNorm(shape.width, shape.epsilon, { bias: shape.biases?.norms }))
          : (this.#linears[part] = newLinear(shape, part)),
      );
    }
  }

  /** Layers with shared weights pass their own dropouts. */
  override forward(x: Tensor, pass: Pass, dropouts = this.#dropouts): Tensor {
    const attended = this.#add(x, 'attentionNorm', (read) =>
      this.attention_sublayer.change(read, this.#attend(read, pass, dropouts)),
    );
    return this.#add(attended, 'norm', (read) => this.mlp_sublayer.change(read, this.#feed(read, dropouts)));
  }

  get rope(): Rope | undefined {
    return this.#shape.attention?.rope;
  }

  protected get linears(): Readonly<Record<Exclude<LinearPart, 'gate'>, Linear>> {
    return this.#linears;
  }

  protected attentionOptions(): NonNullable<LayerShape['attention']> {
    return this.#shape.attention ?? {};
  }

  #add(x: Tensor, part: NormPart, sublayer: (read: Tensor) => Tensor): Tensor {
    const norm = (y: Tensor) => this.#norms[part]?.forward(y) ?? y;
    return this.#shape.norms === 'before' ? x.add(sublayer(norm(x))) : norm(sublayer(x).add(x));
  }

  #attend(x: Tensor, pass: Pass, dropouts: LayerDropouts): Tensor {
    const { rope, index = 0, ...options } = this.attentionOptions();
    const [q, k, v] = this.#projected(x).map((one) => one.reshape(x.shape[0], this.#shape.heads, -1)); // [N, H, d]
    const rotation = rope && pass.rotations?.get(rope);
    const turn = (heads: Tensor) => (rotation === undefined ? heads : rotate(heads, rotation));
    const request = { causal: false, ...options, dropout: dropouts.probabilities };
    const y = attendSelf(pass, index, { q: turn(q), k: turn(k), v }, request);
    return drop(dropouts.attended, this.#linears.attended.forward(y));
  }

  /** [N, D] → [N, D] each */
  #projected(x: Tensor): Tensor[] {
    const { query, key, value, qkv } = this.#linears;
    const { width } = this.#shape;
    return qkv === undefined ? linearGroup([query, key, value], x) : qkv.forward(x).split([width, width, width], 1);
  }

  #feed(x: Tensor, dropouts: LayerDropouts): Tensor {
    return drop(dropouts.outer, this.#linears.outer.forward(drop(dropouts.inner, this.#activated(x))));
  }

  /** [N, D] → [N, I] */
  #activated(x: Tensor): Tensor {
    const { isGated, activation, inner } = this.#shape;
    if (this.#linears.gate !== undefined) {
      const [gate, up] = linearGroup([this.#linears.gate, this.#linears.inner], x);
      return gateOf(activation)(gate, up);
    }
    const values = this.#linears.inner.forward(x);
    if (isGated !== true) return activations[activation](values);
    const [gate, up] = values.split([inner, inner], 1);
    return gateOf(activation)(gate, up);
  }
}

export function layerDropouts({ path, dropouts }: Pick<LayerShape, 'path' | 'dropouts'>): LayerDropouts {
  const made = Object.entries(dropouts).map(([part, [probability, site]]) => [
    part,
    new Dropout(probability, `${path}.${site}`),
  ]);
  return Object.fromEntries(made) as LayerDropouts;
}

function newLinear({ width, inner, isGated, biases }: LayerShape, part: LinearPart): Linear {
  if (part === 'inner' || part === 'gate')
    return new Linear(width, isGated === true ? 2 * inner : inner, { bias: biases?.feedForward ?? true });
  if (part === 'outer') return new Linear(inner, width, { bias: biases?.feedForward ?? true });
  return new Linear(width, part === 'qkv' ? 3 * width : width, { bias: biases?.attention ?? true });
}

function drop(dropout: Dropout | undefined, x: Tensor): Tensor {
  return dropout?.forward(x) ?? x;
}
