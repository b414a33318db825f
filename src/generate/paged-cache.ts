// N new tokens, M tokens of all rows of a pass, C slots, K key-value heads, D head size
import type { AttentionRequest, BlockCache, Heads, LentCache } from '../models/stack.ts';
import { attention, layoutOfRows } from '../nn/index.ts';
import { aten, attune, cat, dtypeBytes, empty, fromArray, type DType, type Tensor } from '../tensor/index.ts';

/** What one block of a model keeps of a token: so many heads of such a size. */
export interface BlockShape {
  heads: number;
  size: number;
}

/** Which slots a pass writes and reads. */
export interface PassSlots {
  /** Slots of all tokens of the rows, each row's new ones last: [M]. */
  slots: Int32Array;
  /** Where each row's tokens start in `slots`, and the end. */
  offsets: readonly number[];
}

/** Keys and values of all rows in one piece of memory for each block: a token lies in a slot, rows lie anywhere. */
export class PagedCache implements BlockCache, Disposable {
  readonly slots: number;
  /** That it takes when it is full. */
  readonly bytes: number;
  readonly #kept: { keys: Tensor; values: Tensor }[];
  #pass: { slots: Tensor; offsets: readonly number[] } | undefined;

  /** The system gives the memory when it is first written, not here. */
  constructor(shapes: readonly BlockShape[], { slots, ...options }: { slots: number; dtype: DType; device: string }) {
    this.slots = slots;
    this.bytes = slots * bytesOfToken(shapes, options.dtype);
    const make = ({ heads, size }: BlockShape) => empty([slots, heads, size], options).own(); // [C, K, D]
    this.#kept = shapes.map((shape) => ({ keys: make(shape), values: make(shape) }));
  }

  /** Announces a pass, inside its scope. */
  begin({ slots, offsets }: PassSlots, device: string): void {
    this.#pass = { slots: fromArray(slots).toDevice(device), offsets };
  }

  lend(block: number): LentCache {
    if (this.#pass === undefined) throw new Error('a pass was not announced to its cache');
    return { ...this.#kept[block], ...this.#pass };
  }

  attend(block: number, heads: Heads, request: AttentionRequest): Tensor {
    const { layout, window, scale } = request;
    const { keys, values, slots, offsets } = this.lend(block);
    if ([request.softcap, request.bias, request.sinks].some((part) => part !== undefined))
      return this.#attendByGathering(block, heads, request);
    const [options, { q, k, v }] = [{ window, scale }, heads];
    return attune.paged_attention.default(q, k, v, keys, values, slots, layout.offsets, offsets, options);
  }

  /** For what the operator does not compute: the rows' keys and values are put side by side. */
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
    for (const { keys, values } of this.#kept) {
      keys.dispose();
      values.dispose();
    }
  }
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

/** Notes what each block would keep, and keeps nothing. */
export class ShapeProbe implements BlockCache {
  readonly shapes: BlockShape[] = [];

  attend(block: number, { q, k, v }: Heads, request: AttentionRequest): Tensor {
    const [, heads, size] = k.shape;
    this.shapes[block] = { heads, size };
    return attention(q, k, v, request);
  }
}
