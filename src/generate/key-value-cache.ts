// R rows, K key-value heads, D head size
import { cat, empty, noGrad, type Tensor } from '../tensor/index.ts';
import type { KeyLayout } from '../nn/index.ts';
import type { BlockCache } from '../models/stack.ts';

interface RowBuffer {
  k: Tensor;
  v: Tensor;
}

/** Keys and values of a set of rows, a growing buffer per row and block. */
export class KeyValueCache implements BlockCache, Disposable {
  readonly #buffers: RowBuffer[][] = [];
  #lengths: number[];
  /** Tokens of the pass under way, per row. */
  #incoming: readonly number[] = [];
  #keys: KeyLayout = { offsets: [0], positions: new BigInt64Array() };

  constructor(rows: number) {
    this.#lengths = Array.from({ length: rows }, () => 0);
  }

  /** Tokens kept of each row. */
  get lengths(): readonly number[] {
    return this.#lengths;
  }

  /** Announces a pass that brings so many new tokens to each row. */
  begin(incoming: readonly number[]): void {
    this.#incoming = incoming;
    const offsets = [0];
    const positions: bigint[] = [];
    for (const [row, length] of this.#lengths.entries()) {
      const total = length + incoming[row];
      offsets.push(offsets[row] + total);
      for (let position = 0; position < total; position++) positions.push(BigInt(position));
    }
    this.#keys = { offsets, positions: BigInt64Array.from(positions) };
  }

  /** Ends the pass: its tokens are kept. */
  end(): void {
    this.#lengths = this.#lengths.map((length, row) => length + this.#incoming[row]);
  }

  extend(block: number, k: Tensor, v: Tensor): { k: Tensor; v: Tensor; keys: KeyLayout } {
    const rows = (this.#buffers[block] ??= []);
    const [newK, newV] = [k.split(this.#incoming), v.split(this.#incoming)];
    const parts = this.#lengths.map((length, row) => {
      const total = length + this.#incoming[row];
      const buffer = this.#room(rows, row, { total, like: k });
      noGrad(() => {
        buffer.k.narrow(0, length, this.#incoming[row]).copy_(newK[row]);
        buffer.v.narrow(0, length, this.#incoming[row]).copy_(newV[row]);
      });
      return { k: buffer.k.narrow(0, 0, total), v: buffer.v.narrow(0, 0, total) };
    });
    return { k: cat(parts.map((part) => part.k)), v: cat(parts.map((part) => part.v)), keys: this.#keys };
  }

  /** The row's buffer, grown to at least twice its size where it is full. */
  #room(rows: RowBuffer[], row: number, need: { total: number; like: Tensor }): RowBuffer {
    const before = rows[row] as RowBuffer | undefined;
    const capacity = before?.k.shape[0] ?? 0;
    if (before !== undefined && capacity >= need.total) return before;
    const [, K, D] = need.like.shape;
    const make = () =>
      empty([Math.max(need.total, 2 * capacity, 64), K, D], { dtype: need.like.dtype, device: need.like.device }).own();
    const grown = { k: make(), v: make() };
    if (before !== undefined) {
      grown.k.narrow(0, 0, capacity).copy_(before.k);
      grown.v.narrow(0, 0, capacity).copy_(before.v);
      before.k.dispose();
      before.v.dispose();
    }
    rows[row] = grown;
    return grown;
  }

  /** Keeps only the rows named, in that order. */
  select(rows: readonly number[]): void {
    const kept = new Set(rows);
    for (const [block, buffers] of this.#buffers.entries()) {
      for (const [row, buffer] of buffers.entries()) {
        if (kept.has(row)) continue;
        buffer.k.dispose();
        buffer.v.dispose();
      }
      this.#buffers[block] = rows.map((row) => buffers[row]);
    }
    this.#lengths = rows.map((row) => this.#lengths[row]);
  }

  [Symbol.dispose](): void {
    this.select([]);
  }
}
