// N tokens of a batch, V rows of a table, n of them trained, D width
import { indexOf, withRows, type TokenTable } from '../../models/token-tables.ts';
import {
  Embedding,
  Module,
  Parameter,
  type AdapterOwner,
  type EmbeddingAdapter,
  type LinearAdapter,
  type LinearLike,
  type Term,
} from '../../engine/nn/index.ts';
import type { Trainable } from '../interfaces.ts';
import { ROOT, type AdapterPart } from './peft-adapter.ts';
import { aten, fromArray, zeros, type DType, type Tensor } from '../../engine/tensor/index.ts';

interface TrainedRows {
  ids: readonly number[];
  /** Type of the activations. */
  dtype: DType;
  /** Whether they are the whole tuning. */
  isAlone?: boolean;
  /** For models shared with other adapters, whose table is unchanged: adds the rows' difference instead. */
  owner?: AdapterOwner;
}

/**
 * Trained rows of a token table that is otherwise frozen (PEFT's TrainableTokensLayer). Zeroes these rows in the table
 * itself, so that they have no effect and a grown table is identical wherever it is loaded. Logits add the rows as a
 * separate term: a step neither copies the table nor computes its full gradient.
 */
abstract class RowsOf<Layer extends Embedding | LinearLike> extends Module implements AdapterPart {
  readonly path: string;
  readonly ids: readonly number[];
  /** The trained rows, in the order of the ids: f32 [n, D]. */
  readonly trainable_tokens_delta: Parameter;
  isActive = true;
  protected readonly table: Layer;
  /** The table's original rows: f32 [n, D] */
  readonly #former: Tensor;
  /** 1 where a trained row corresponds to a table row: [V, n] */
  readonly #places: Tensor;

  readonly #isShared: boolean;
  readonly #place: string;

  constructor({ path, module: table }: TokenTable & { module: Layer }, trained: TrainedRows) {
    super();
    const { ids, dtype, owner, isAlone } = trained;
    this.#isShared = owner !== undefined;
    this.#place = isAlone === true ? path : `${path}.token_adapter`;
    this.path = path;
    this.table = table;
    this.ids = ids;
    const { shape, device } = table.weight.tensor;
    this.trainable_tokens_delta = new Parameter([ids.length, shape[1]]);
    const index = indexOf(ids, device);
    this.#former = table.weight.tensor.detach().indexSelect(0, index).to('f32').own();
    this.trainable_tokens_delta.assign(this.#former.clone());
    this.trainable_tokens_delta.setTrainable(true);
    if (!this.#isShared) table.weight.assign(aten.index_fill.int_Scalar(table.weight.tensor, 0, index, 0));
    const units = aten.eye.default(ids.length, { dtype, device });
    this.#places = withRows(zeros([shape[0], ids.length], { dtype, device }), ids, units).own();
  }

  /** The rows currently in use: [n, D] */
  protected get rows(): Tensor {
    return this.isActive ? this.trainable_tokens_delta.tensor : this.#former;
  }

  terms(hidden: Tensor): Term[] {
    const added = this.#isShared ? this.rows.sub(this.#former) : this.rows;
    return [{ hidden: aten.linear.default(hidden, added.to(hidden.dtype)), weight: this.#places }];
  }

  get trainables(): Trainable[] {
    const name = `${ROOT}${this.#place}.trainable_tokens_delta`;
    return [{ name, parameter: this.trainable_tokens_delta, decays: true }];
  }

  switch(isActive: boolean): void {
    this.isActive = isActive;
  }

  abstract attach(): void;
  abstract detach(): void;

  /** Writes the rows into the table for good. */
  merge(): void {
    const { weight } = this.table;
    weight.assign(withRows(weight.tensor, this.ids, this.trainable_tokens_delta.tensor.detach()));
    this.detach();
  }

  unmerge(): void {
    const { weight } = this.table;
    const index = indexOf(this.ids, weight.tensor.device);
    weight.assign(aten.index_fill.int_Scalar(weight.tensor, 0, index, 0));
    this.attach();
  }

  /** The table belongs to the model and is kept. */
  override dispose(): void {
    this.trainable_tokens_delta.tensor.dispose();
    this.#former.dispose();
    this.#places.dispose();
  }
}

/** Rows of the input embedding, and of a tied head. */
class InputRows extends RowsOf<Embedding> implements EmbeddingAdapter {
  /** Index of each token's row, -1 for none: int64 [V] */
  readonly #rowOf: Tensor;

  constructor(table: TokenTable & { module: Embedding }, trained: TrainedRows) {
    super(table, trained);
    const rowOf = new BigInt64Array(table.module.count).fill(-1n);
    for (const [row, id] of trained.ids.entries()) rowOf[id] = BigInt(row);
    this.#rowOf = fromArray(rowOf).toDevice(table.module.weight.tensor.device).own();
    this.attach();
  }

  forward(ids: Tensor, output: Tensor): Tensor {
    const places = this.#rowOf.indexSelect(0, ids); // [N]
    const rows = this.rows.indexSelect(0, aten.clamp_min.default(places, 0));
    const isTrained = aten.ge.Scalar(places, 0).unsqueeze(1); // [N, 1]
    return aten.where.self(isTrained, rows.to(output.dtype), output);
  }

  attach(): void {
    this.table.addAdapter(this);
  }
  detach(): void {
    this.table.removeAdapter(this);
  }

  override dispose(): void {
    super.dispose();
    this.#rowOf.dispose();
  }
}

/** Rows of an untied output head. */
class OutputRows extends RowsOf<LinearLike> implements LinearAdapter {
  constructor(table: TokenTable & { module: LinearLike }, trained: TrainedRows) {
    super(table, trained);
    this.attach();
  }

  forward(x: Tensor, output: Tensor): Tensor {
    const added = this.terms(x).map(({ hidden, weight }) => aten.linear.default(hidden, weight.to(hidden.dtype)));
    return added.reduce((sum, product) => sum.add(product), output);
  }

  attach(): void {
    this.table.addAdapter(this);
  }
  detach(): void {
    this.table.removeAdapter(this);
  }
}

export type TokenRows = InputRows | OutputRows;

/** Trains rows of one table. */
export function trainRows({ path, module }: TokenTable, trained: TrainedRows): TokenRows {
  if (module instanceof Embedding) return new InputRows({ path, module }, trained);
  return new OutputRows({ path, module }, trained);
}
