// N new tokens, M tokens of all rows of a pass, C slots, K key-value heads, D head size
import type { AttentionRequest, BlockCache, Heads, LentCache } from '../../models/stack.ts';
import { attention, inWindow, layoutOfRows } from '../../engine/nn/index.ts';
import {
  aten,
  attune,
  cat,
  dtypeBytes,
  empty,
  fromArray,
  zeros,
  type DType,
  type Tensor,
} from '../../engine/tensor/index.ts';

/** Cache of one model block for one token: number of heads and their size. */
export interface BlockShape {
  heads: number;
  size: number;
  /** State per row, independent of its length: the shape of each tensor. */
  states?: readonly (readonly number[])[];
}

/** Which slots a pass writes and reads. */
export interface PassSlots {
  /** Slots of all tokens of the rows, each row's new ones last: [M]. */
  slots: Int32Array;
  /** Where each row's tokens start in `slots`, and the end. */
  offsets: readonly number[];
  /** Where the states of each row lie after the pass, and where those that it begins with: [R]. */
  rows: readonly number[];
  statesFrom: readonly number[];
  /** Whether a row has no earlier tokens: [R]. */
  isNew: readonly boolean[];
}

/** The same on the model's device. */
type AnnouncedPass = Pick<PassSlots, 'offsets' | 'isNew'> & Record<'slots' | 'rows' | 'statesFrom', Tensor>;

/** Rows of states. */
export interface StateCopy {
  from: number;
  to: number;
}

/** How much a cache holds. */
export interface CacheSize {
  slots: number;
  /** Rows whose states are kept at a time. */
  rows: number;
  dtype: DType;
  device: string;
}

/** Keys and values, and states, of all rows in one piece of memory for each block: a token lies in a slot, rows lie anywhere. */
export class PagedCache implements BlockCache, Disposable {
  readonly slots: number;
  /** That it takes when it is full. */
  readonly bytes: number;
  /** Whether blocks keep states of rows. */
  readonly hasStates: boolean;
  readonly #kept: { keys: Tensor; values: Tensor; states: Tensor[] }[];
  #pass: AnnouncedPass | undefined;

  /** The system gives the memory when it is first written, not here. */
  constructor(shapes: readonly BlockShape[], { slots, rows, ...options }: CacheSize) {
    this.slots = slots;
    this.hasStates = shapes.some(({ states }) => states !== undefined);
    this.bytes =
      slots * bytesOfToken(shapes, options.dtype) + (this.hasStates ? rows * bytesOfRow(shapes, options.dtype) : 0);
    const make = ({ heads, size }: BlockShape) => empty([slots, heads, size], options).own(); // [C, K, D]
    const state = { ...options, dtype: stateType(options.dtype) };
    this.#kept = shapes.map((shape) => ({
      keys: make(shape),
      values: make(shape),
      states: (shape.states ?? []).map((one) => empty([rows, ...one], state).own()),
    }));
  }

  /** Announces a pass, inside its scope. */
  begin({ slots, offsets, rows, statesFrom, isNew }: PassSlots, device: string): void {
    const [places, sources] = [rows, statesFrom].map((list) => indexOf(list, device));
    this.#pass = { slots: fromArray(slots).toDevice(device), offsets, rows: places, statesFrom: sources, isNew };
  }

  /** Copies all states of rows to others. */
  copyStates(copies: readonly StateCopy[]): void {
    if (copies.length === 0) return;
    for (const state of this.#kept.flatMap(({ states }) => states)) {
      const [from, to] = [copies.map((copy) => copy.from), copies.map((copy) => copy.to)];
      const values = state.indexSelect(0, indexOf(from, state.device));
      aten.index_copy_.default(state, 0, indexOf(to, state.device), values);
    }
  }

  recall(block: number): Tensor[] {
    const { statesFrom, isNew } = this.#announced();
    return this.#kept[block].states.map((state) => {
      const own = state.indexSelect(0, statesFrom);
      if (!isNew.includes(true)) return own;
      const fresh = fromArray(BigInt64Array.from(isNew, BigInt)).to('bool').toDevice(own.device);
      return aten.masked_fill.Scalar(own, fresh.reshape(-1, ...own.shape.slice(1).map(() => 1)), 0);
    });
  }

  retain(block: number, states: readonly Tensor[]): void {
    const { rows } = this.#announced();
    for (const [i, state] of this.#kept[block].states.entries())
      aten.index_copy_.default(state, 0, rows, states[i].to(state.dtype));
  }

  lend(block: number): LentCache {
    const { keys, values } = this.#kept[block];
    const { slots, offsets } = this.#announced();
    return { keys, values, slots, offsets };
  }

  #announced(): AnnouncedPass {
    if (this.#pass === undefined) throw new Error('a pass was not announced to its cache');
    return this.#pass;
  }

  attend(block: number, heads: Heads, request: AttentionRequest): Tensor {
    const { layout, window, scale, chunk = Number.POSITIVE_INFINITY } = request;
    const { keys, values, slots, offsets } = this.lend(block);
    const isLong = offsets.some((start, row) => offsets[row + 1] - start > chunk);
    if (
      isLong ||
      [request.softcap, request.bias, request.sinks, inWindow(layout, window).together].some(
        (part) => part !== undefined,
      )
    )
      return this.#attendByGathering(block, heads, request);
    const [options, { q, k, v }] = [{ window, scale }, heads];
    return attune.paged_attention.default(q, k, v, keys, values, slots, layout.offsets, offsets, options);
  }

  /** Fallback for cases that the operator does not support: gathers the rows' keys and values. */
  #attendByGathering(block: number, { q, k, v }: Heads, request: AttentionRequest): Tensor {
    const { keys, values, slots, offsets } = this.lend(block);
    const lengths = offsets.slice(1).map((end, row) => end - offsets[row]);
    const all = slots.to('i64'); // [M]
    const added = request.layout.offsets.slice(1).map((end, row) => end - request.layout.offsets[row]);
    const own = newSlots(all, lengths, added);
    aten.index_copy_.default(keys, 0, own, k);
    aten.index_copy_.default(values, 0, own, v);
    const { positions } = layoutOfRows(lengths, { causal: true });
    const gathered = [keys, values].map((kept) => kept.indexSelect(0, all));
    return attention(q, gathered[0], gathered[1], { ...request, keys: { offsets, positions } });
  }

  [Symbol.dispose](): void {
    for (const { keys, values, states } of this.#kept) for (const kept of [keys, values, ...states]) kept.dispose();
  }
}

/** int64 [R] */
function indexOf(rows: readonly number[], device: string): Tensor {
  return fromArray(BigInt64Array.from(rows, BigInt)).toDevice(device);
}

/** The slots of each row's last tokens, as many as are new: int64 [N] */
function newSlots(slots: Tensor, lengths: readonly number[], added: readonly number[]): Tensor {
  const parts = slots.split(lengths);
  return cat(parts.map((part, row) => part.narrow(0, lengths[row] - added[row], added[row])));
}

/** Bytes that one token takes in all blocks together. */
export function bytesOfToken(shapes: readonly BlockShape[], dtype: DType): number {
  return shapes.reduce((sum, { heads, size }) => sum + 2 * heads * size * dtypeBytes[dtype], 0);
}

/** Bytes that the states of one row take in all blocks together. */
export function bytesOfRow(shapes: readonly BlockShape[], dtype: DType): number {
  const states = shapes.flatMap((shape) => shape.states ?? []);
  const values = states.reduce((sum, shape) => sum + shape.reduce((all, side) => all * side, 1), 0);
  return values * dtypeBytes[stateType(dtype)];
}

/** States go on through thousands of tokens: they are never rounded to less than f32. */
function stateType(dtype: DType): DType {
  return dtype === 'f64' ? 'f64' : 'f32';
}

/** Notes what each block would keep, and keeps nothing. */
export class ShapeProbe implements BlockCache {
  readonly #shapes: (BlockShape | undefined)[] = [];

  /** Cache of each block; those that see one token at a time keep nothing. */
  get shapes(): BlockShape[] {
    return Array.from(this.#shapes, (shape) => shape ?? { heads: 0, size: 0 });
  }

  recall(block: number, shapes: readonly (readonly number[])[]): Tensor[] {
    this.#shapes[block] = { heads: 0, size: 0, states: shapes };
    return shapes.map((shape) => zeros([1, ...shape]));
  }
  retain(): void {}

  attend(block: number, { q, k, v }: Heads, request: AttentionRequest): Tensor {
    const [, heads, size] = k.shape;
    this.#shapes[block] = { heads, size };
    return attention(q, k, v, request);
  }
}
