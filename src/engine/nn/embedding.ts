import { aten, type DType, type Tensor } from '../tensor/index.ts';
import { AdapterList } from './adapter-route.ts';
import { weightTerm } from './int8-table.ts';
import { termsOf } from './linear.ts';
import { Module, Parameter } from './module.ts';
import { notesRows, tapRows } from './row-taps.ts';
import type { Term } from './linear-fused.ts';

/** Changes an embedding's output (LoRA on embeddings, rows of new tokens), while its weight keeps its path. */
export interface EmbeddingAdapter {
  /** ids int64 [N] and output [N, D] so far → [N, D] */
  forward(ids: Tensor, output: Tensor, layer: Embedding): Tensor;
  /** Whether the adapter has rows of its own for ids beyond the table. */
  extends?: boolean;
  /** The same change as additional terms of the logits, if the table is also the output head. */
  terms?(hidden: Tensor): Term[];
}

/** An embedding table: weight [V, D]. */
export class Embedding extends Module {
  readonly count: number;
  readonly width: number;
  readonly weight: Parameter;
  readonly adapters = new AdapterList<EmbeddingAdapter>();
  readonly #fixed: number;

  /** `fixed`: a row without gradient, as torch's `padding_idx`. */
  constructor(count: number, width: number, { fixed = -1 }: { fixed?: number } = {}) {
    super();
    this.#fixed = fixed;
    this.count = count;
    this.width = width;
    this.weight = new Parameter([count, width]);
  }

  addAdapter(adapter: EmbeddingAdapter): void {
    this.adapters.add(adapter);
  }
  removeAdapter(adapter: EmbeddingAdapter): void {
    this.adapters.remove(adapter);
  }

  /** ids int64 [N] → [N, D]; rows are gathered before the cast, so a large f32 table is not cast as a whole. */
  forward(ids: Tensor, dtype: DType): Tensor {
    const acting = this.adapters.acting(ids.shape[0]);
    const isExtended = acting.some(({ adapters }) => adapters.some((adapter) => adapter.extends === true));
    const known = isExtended ? aten.clamp_max.default(ids, this.count - 1) : ids;
    const rows = this.#rows(known, dtype);
    return this.adapters.change(ids, rows, (adapter, own, output) => adapter.forward(own, output, this));
  }

  #rows(ids: Tensor, dtype: DType): Tensor {
    const { form } = this.weight;
    if (form?.rows !== undefined) return form.rows(ids, dtype);
    const { tensor, trainable } = this.weight;
    if (!notesRows() || !trainable) return aten.embedding.default(tensor, ids, { padding_idx: this.#fixed }).to(dtype);
    return tapRows(aten.embedding.default(tensor.detach(), ids).to(dtype), ids, this.weight);
  }

  /** Terms of the logits of hidden [N, D], if the table is the output head. */
  headTerms(hidden: Tensor): Term[] {
    const added = termsOf(this.adapters.acting(hidden.shape[0]), hidden);
    return [weightTerm(hidden, this.weight), ...added];
  }
}
