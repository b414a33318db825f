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
  wideType,
  type DType,
  type Tensor,
} from '../../engine/tensor/index.ts';

/** Cache of one model block per token: number of heads and their size. */
export interface BlockShape {
  heads: number;
  size: number;
  /** Shapes of a row's recurrent states, which do not grow with its length. */
  states?: readonly (readonly number[])[];
}

/** Slots that a pass writes and reads. */
export interface PassSlots {
  /** Slots of all tokens of the rows, each row's new ones last: [M]. */
  slots: Int32Array;
  /** Start of each row's tokens in `slots`, plus the end. */
  offsets: readonly number[];
  /** Where each row's states are stored after the pass, and where they are read from: [R]. */
  rows: readonly number[];
  statesFrom: readonly number[];
  /** Whether a row has no earlier tokens: [R]. */
  isNew: readonly boolean[];
}

/** The same data on the model's device. */
type AnnouncedPass = Pick<PassSlots, 'offsets' | 'isNew'> & Record<'slots' | 'rows' | 'statesFrom', Tensor>;

/** States to copy from one row to another. */
export interface StateCopy {
  from: number;
  to: number;
}

/** Capacity of a cache. */
export interface CacheSize {
  slots: number;
  /** Number of rows whose states are kept. */
  rows: number;
  dtype: DType;
  device: string;
}

/** Keys, values and states of all rows, one allocation per block: each token is in a slot, in any order. */
export class PagedCache implements BlockCache, Disposable {
  readonly slots: number;
  /** Bytes used when full. */
  readonly bytes: number;
  /** Whether blocks keep recurrent states. */
  readonly hasStates: boolean;
  readonly #kept: { keys: Tensor; values: Tensor; states: Tensor[] }[];
  #pass: AnnouncedPass | undefined;

  /** The operating system commits the memory on first write, not here. */
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

  /** Announces a pass; call it inside the pass's scope. */
  begin({ slots, offsets, rows, statesFrom, isNew }: PassSlots, device: string): void {
    const [places, sources] = [rows, statesFrom].map((list) => indexOf(list, device));
    this.#pass = { slots: fromArray(slots).toDevice(device), offsets, rows: places, statesFrom: sources, isNew };
  }

  /** Copies all states of the given rows. */
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

  /** Fallback for requests that the fused operator does not support: gathers the rows' keys and values. */
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

/** Slots of each row's new tokens: int64 [N] */
function newSlots(slots: Tensor, lengths: readonly number[], added: readonly number[]): Tensor {
  const parts = slots.split(lengths);
  return cat(parts.map((part, row) => part.narrow(0, lengths[row] - added[row], added[row])));
}

/** Bytes per token over all blocks. */
export function bytesOfToken(shapes: readonly BlockShape[], dtype: DType): number {
  return shapes.reduce((sum, { heads, size }) => sum + 2 * heads * size * dtypeBytes[dtype], 0);
}

/** Bytes of one row's states over all blocks. */
export function bytesOfRow(shapes: readonly BlockShape[], dtype: DType): number {
  const states = shapes.flatMap((shape) => shape.states ?? []);
  const values = states.reduce((sum, shape) => sum + shape.reduce((all, side) => all * side, 1), 0);
  return values * dtypeBytes[stateType(dtype)];
}

/** Recurrent states accumulate over thousands of tokens, so they are kept in f32 at least. */
function stateType(dtype: DType): DType {
  return wideType(dtype);
}

/** Records the shapes that each block would cache, without caching anything. */
export class ShapeProbe implements BlockCache {
  readonly #shapes: (BlockShape | undefined)[] = [];
  readonly #device: string;

  constructor(device: string) {
    this.#device = device;
  }

  /** Cache shape of each block; blocks that cache nothing have size 0. */
  get shapes(): BlockShape[] {
    return Array.from(this.#shapes, (shape) => shape ?? { heads: 0, size: 0 });
  }

  recall(block: number, shapes: readonly (readonly number[])[]): Tensor[] {
    this.#shapes[block] = { heads: 0, size: 0, states: shapes };
    return shapes.map((shape) => zeros([1, ...shape], { device: this.#device }));
  }
  retain(): void {}

  attend(block: number, { q, k, v }: Heads, request: AttentionRequest): Tensor {
    const [, heads, size] = k.shape;
    this.#shapes[block] = { heads, size };
    return attention(q, k, v, request);
  }
}
