// N tokens, R rows, D width
import { activations, Linear, Module, type Layout } from '../../engine/nn/index.ts';
import { aten, type Tensor } from '../../engine/tensor/index.ts';
import type { Trunk } from '../architecture.ts';
import type { HeadKind } from './head.ts';
import { ofRows, poolings, type Pooling } from './pooling.ts';

export interface EmbeddingOptions {
  /** Pooling of a row's hidden states. */
  pooling: Pooling;
  /** Whether the trunk's pooler is applied after pooling. */
  pooler?: boolean;
  /** Further layers after pooling, with weights (EmbeddingGemma). */
  dense?: readonly DenseShape[];
  /** Whether vectors are normalised to unit length. */
  normalise: boolean;
}

/** A linear layer and its activation, as described by sentence-transformers' Dense module. */
export interface DenseShape {
  in: number;
  out: number;
  bias: boolean;
  activation: string;
}

/** Name of the dense layers' list in the paths of their weights. */
export const DENSE = 'dense_modules';

class Dense extends Module {
  readonly linear: Linear;
  readonly #activation: string;

  constructor({ in: from, out, bias, activation }: DenseShape) {
    super();
    this.linear = new Linear(from, out, { bias });
    this.#activation = activation;
  }

  forward(x: Tensor): Tensor {
    return activations[this.#activation](this.linear.forward(x));
  }
}

/** As in torch.nn.functional.normalize, so that a zero vector stays zero. */
const SMALLEST_NORM = 1e-12;

/** One vector per row, as computed by sentence-transformers' Pooling, Dense and Normalize modules. */
export class EmbeddingHead extends Module {
  readonly options: EmbeddingOptions;
  readonly [DENSE]: readonly Dense[];
  readonly #trunk: Trunk;

  constructor(trunk: Trunk, options: EmbeddingOptions) {
    super();
    this.options = options;
    this[DENSE] = (options.dense ?? []).map((shape) => new Dense(shape));
    this.#trunk = trunk;
  }

  /** hidden [N, D] → f32 [R, D] (f64 in an f64 pass) */
  embed(hidden: Tensor, layout: Layout): Tensor {
    const { pooling, pooler, normalise } = this.options;
    const states = poolings[pooling](hidden, layout);
    const { pooler: dense } = this.#trunk;
    const read = pooler === true && dense !== undefined ? ofRows(layout, () => dense.forward(states)) : states;
    const layers = this[DENSE];
    const pooled = layers.length === 0 ? read : ofRows(layout, () => layers.reduce((x, one) => one.forward(x), read));
    return normalise ? unitVectors(pooled) : pooled;
  }
}

/** Vectors of length 1: [R, D] */
export function unitVectors(x: Tensor): Tensor {
  const norm = aten.linalg_vector_norm.default(x, { dim: [1], keepdim: true });
  return x.div(aten.clamp_min.default(norm, SMALLEST_NORM));
}

export const head: HeadKind = {
  create: ({ trunk, options }) => new EmbeddingHead(trunk, options as unknown as EmbeddingOptions),
};
