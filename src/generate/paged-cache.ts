// N new tokens, M tokens of all rows of a pass, C slots, K key-value heads, D head size
import type { AttentionRequest, BlockCache, Heads } from '../models/stack.ts';
import { attention } from '../nn/index.ts';
import { attune, dtypeBytes, empty, fromArray, type DType, type Tensor } from '../tensor/index.ts';

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

  attend(block: number, { q, k, v }: Heads, { layout, window, scale }: AttentionRequest): Tensor {
    if (this.#pass === undefined) throw new Error('a pass was not announced to its cache');
    const { slots, offsets } = this.#pass;
    const { keys, values } = this.#kept[block];
    const options = { window, scale };
    return attune.paged_attention.default(q, k, v, keys, values, slots, layout.offsets, offsets, options);
  }

  [Symbol.dispose](): void {
    for (const { keys, values } of this.#kept) {
      keys.dispose();
      values.dispose();
    }
  }
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
