// N new tokens, M tokens of all rows of a pass, S slots, K key-value heads, D head size
import type { AttentionRequest, BlockCache, Heads } from '../models/stack.ts';
import { attention, type KeyLayout } from '../nn/index.ts';
import { aten, dtypeBytes, empty, fromArray, noGrad, type DType, type Tensor } from '../tensor/index.ts';

/** What one block of a model keeps of a token: so many heads of such a size. */
export interface BlockShape {
  heads: number;
  size: number;
}

/** Which slots a pass writes and reads. */
export interface PassSlots {
  /** Slots of the new tokens: [N]. */
  written: BigInt64Array;
  /** Slots of all tokens of the rows, the new ones among them: [M]. */
  seen: Int32Array;
  /** Where each row's tokens start in `seen`, and the end. */
  offsets: readonly number[];
}

/** Keys and values of all rows in one piece of memory for each block: a token lies in a slot, rows lie anywhere. */
export class PagedCache implements BlockCache, Disposable {
  readonly slots: number;
  readonly #kept: { k: Tensor; v: Tensor }[];
  #pass: Pass | undefined;

  /** Memory is taken when it is first written, not here. */
  constructor(shapes: readonly BlockShape[], of: { slots: number; dtype: DType; device: string }) {
    this.slots = of.slots;
    const make = ({ heads, size }: BlockShape) =>
      empty([this.slots, heads, size], { dtype: of.dtype, device: of.device }).own();
    this.#kept = shapes.map((shape) => ({ k: make(shape), v: make(shape) }));
  }

  /** Announces a pass, inside its scope. */
  begin(slots: PassSlots, device: string): void {
    this.#pass = passOf(slots, device);
  }

  attend(block: number, { q, k, v }: Heads, request: AttentionRequest): Tensor {
    const kept = this.#kept[block];
    const pass = this.#pass as Pass;
    noGrad(() => {
      write(kept.k, k, pass);
      write(kept.v, v, pass);
    });
    if (pass.isFirst) return attention(q, k, v, { ...request, keys: pass.keys });
    return attention(q, read(kept.k, pass), read(kept.v, pass), { ...request, keys: pass.keys });
  }

  [Symbol.dispose](): void {
    for (const { k, v } of this.#kept) {
      k.dispose();
      v.dispose();
    }
  }
}

interface Pass {
  keys: KeyLayout;
  /** The new tokens are all that there is of their rows: nothing has to be read back. */
  isFirst: boolean;
  writes: Tensor | Run;
  reads: Tensor | Run;
}

/** Neighbouring slots, which need no index. */
interface Run {
  start: number;
  length: number;
}

function passOf({ written, seen, offsets }: PassSlots, device: string): Pass {
  const keys = { offsets, positions: positionsOf(offsets) };
  return {
    keys,
    isFirst: written.length === seen.length,
    writes: runOf(written) ?? fromArray(written).toDevice(device),
    reads: runOf(seen) ?? fromArray(seen).toDevice(device),
  };
}

function runOf(slots: Int32Array | BigInt64Array): Run | undefined {
  const [start, end] = [Number(slots[0]), Number(slots[slots.length - 1])];
  if (end - start !== slots.length - 1) return undefined;
  for (let i = 1; i < slots.length; i++) if (Number(slots[i]) !== start + i) return undefined;
  return { start, length: slots.length };
}

function isRun(place: Tensor | Run): place is Run {
  return 'start' in place;
}

function write(kept: Tensor, x: Tensor, { writes }: Pass): void {
  if (isRun(writes)) kept.narrow(0, writes.start, writes.length).copy_(x);
  else aten.index_copy_.default(kept, 0, writes, x);
}

function read(kept: Tensor, { reads }: Pass): Tensor {
  return isRun(reads) ? kept.narrow(0, reads.start, reads.length) : kept.indexSelect(0, reads); // [M, K, D]
}

let counted = new BigInt64Array();

/** 0, 1, 2, … for each row. */
function positionsOf(offsets: readonly number[]): BigInt64Array {
  const positions = new BigInt64Array(offsets[offsets.length - 1]);
  for (let row = 0; row + 1 < offsets.length; row++) {
    const length = offsets[row + 1] - offsets[row];
    if (counted.length < length) counted = BigInt64Array.from({ length: 2 * length }, (_, i) => BigInt(i));
    positions.set(counted.subarray(0, length), offsets[row]);
  }
  return positions;
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
