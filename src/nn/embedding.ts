import { aten, type DType, type Tensor } from '../tensor/index.ts';
import type { Term } from './linear.ts';
import { Module, Parameter } from './module.ts';

/** Changes what an embedding gives (LoRA on embeddings, rows of new tokens) while its weight keeps its path. */
export interface EmbeddingAdapter {
  /** ids int64 [N], output [N, D] so far → [N, D] */
  forward(ids: Tensor, output: Tensor, layer: Embedding): Tensor;
  /** It has rows of its own for ids from the table's size on. */
  extends?: boolean;
  /** The same change as further terms of the logits, where the table serves as the output head too. */
  terms(hidden: Tensor): Term[];
}

/** A table of vectors: weight [V, D]. */
export class Embedding extends Module {
  readonly count: number;
  readonly width: number;
  readonly weight: Parameter;
  #adapters: EmbeddingAdapter[] = [];

  constructor(count: number, width: number) {
    super();
    this.count = count;
    this.width = width;
    this.weight = new Parameter([count, width]);
  }

  get adapters(): readonly EmbeddingAdapter[] {
    return this.#adapters;
  }
  addAdapter(adapter: EmbeddingAdapter): void {
    this.#adapters.push(adapter);
  }
  removeAdapter(adapter: EmbeddingAdapter): void {
    this.#adapters = this.#adapters.filter((one) => one !== adapter);
  }

  /** ids int64 [N] → [N, D]; rows are gathered before the cast, so a large f32 table is not cast as a whole. */
  forward(ids: Tensor, dtype: DType): Tensor {
    const isExtended = this.#adapters.some((adapter) => adapter.extends === true);
    const known = isExtended ? aten.clamp_max.default(ids, this.count - 1) : ids;
    let output = aten.embedding.default(this.weight.tensor, known).to(dtype);
    for (const adapter of this.#adapters) output = adapter.forward(ids, output, this);
    return output;
  }

  /** The logits of hidden [N, D] where the table serves as the output head, as terms. */
  headTerms(hidden: Tensor): Term[] {
    return [{ hidden, weight: this.weight.tensor }, ...this.#adapters.flatMap((adapter) => adapter.terms(hidden))];
  }
}
