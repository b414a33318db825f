// N tokens, R rows, D width
import { Module, type Layout } from '../../engine/nn/index.ts';
import { aten, type Tensor } from '../../engine/tensor/index.ts';
import type { Trunk } from '../architecture.ts';
import type { HeadKind } from './head.ts';
import { ofRows, poolings, type Pooling } from './pooling.ts';

export interface EmbeddingOptions {
  /** Pooling of a row's hidden states. */
  pooling: Pooling;
  /** Whether the trunk's pooler is applied after pooling. */
  pooler?: boolean;
  /** Whether vectors are normalised to unit length. */
  normalise: boolean;
}

/** As in torch.nn.functional.normalize, so that a zero vector stays zero. */
const SMALLEST_NORM = 1e-12;

/** One vector per row, as computed by sentence-transformers' Pooling and Normalize modules. Has no weights. */
export class EmbeddingHead extends Module {
  readonly options: EmbeddingOptions;
  readonly #trunk: Trunk;

  constructor(trunk: Trunk, options: EmbeddingOptions) {
    super();
    this.options = options;
    this.#trunk = trunk;
  }

  /** hidden [N, D] → f32 [R, D] (f64 in an f64 pass) */
  embed(hidden: Tensor, layout: Layout): Tensor {
    const { pooling, pooler, normalise } = this.options;
    const states = poolings[pooling](hidden, layout);
    const { pooler: dense } = this.#trunk;
    const pooled = pooler === true && dense !== undefined ? ofRows(layout, () => dense.forward(states)) : states;
    if (!normalise) return pooled;
    const norm = aten.linalg_vector_norm.default(pooled, { dim: [1], keepdim: true });
    return pooled.div(aten.clamp_min.default(norm, SMALLEST_NORM));
  }
}

export const head: HeadKind = {
  create: ({ trunk, options }) => new EmbeddingHead(trunk, options as unknown as EmbeddingOptions),
};
