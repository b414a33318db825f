// M memory tokens, D width, K heads, d head size
import {
  notesRows,
  rowOfTokens,
  withRowsOf,
  withTokens,
  attention,
  type KeyLayout,
  type Layout,
  type AttentionOptions,
} from '../engine/nn/index.ts';
import { cat, type Tensor } from '../engine/tensor/index.ts';

export interface KeysAndValues {
  /** [M, K, d] */
  k: Tensor;
  v: Tensor;
}

/** An encoder's output as seen by the decoder: one segment per row. */
export interface Memory {
  /** [M, D] */
  hidden: Tensor;
  keys: KeyLayout;
  /** Keys of the rows' random numbers in training: int64 [M] */
  tokens?: Tensor;
  /** Cached keys and values per block, if the memory serves several passes. */
  kept?: Map<number, KeysAndValues>;
  /** Source rows, if the memory was joined from several: keys and values are computed and cached there. */
  parts?: readonly MemoryRow[];
}

/** One row of a memory. */
export interface MemoryRow {
  of: Memory;
  row: number;
}

/** A memory that outlives its pass and owns its tensors. */
export class KeptMemory implements Memory, Disposable {
  readonly hidden: Tensor;
  readonly keys: KeyLayout;
  readonly kept = new Map<number, KeysAndValues>();
  readonly parts?: readonly MemoryRow[];

  constructor(memory: Memory) {
    this.hidden = memory.hidden.own();
    this.keys = memory.keys;
    this.parts = memory.parts;
  }

  [Symbol.dispose](): void {
    this.hidden.dispose();
    for (const { k, v } of this.kept.values()) {
      k.dispose();
      v.dispose();
    }
  }
}

/** A block's keys and values, computed only once if the memory caches them. */
function projectMemory(memory: Memory, block: number, project: (hidden: Tensor) => KeysAndValues): KeysAndValues {
  const known = memory.kept?.get(block);
  if (known !== undefined) return known;
  const { parts } = memory;
  const made =
    parts === undefined
      ? withTokens(
          (tokens) => memory.tokens ?? tokens,
          () => withRowsOf(rowsOf(memory.keys), () => project(memory.hidden)),
        )
      : {
          k: joinRows(parts, (part) => projectMemory(part, block, project).k),
          v: joinRows(parts, (part) => projectMemory(part, block, project).v),
        };
  memory.kept?.set(block, { k: made.k.own(), v: made.v.own() });
  return made;
}

/** Each token's row; every row is one segment. */
function rowsOf({ offsets }: KeyLayout): Int32Array | undefined {
  return notesRows() ? rowOfTokens({ offsets, rowOf: offsets.slice(1).map((_, row) => row) }) : undefined;
}

/** Concatenates the rows' slices. */
function joinRows(parts: readonly MemoryRow[], tensorOf: (memory: Memory) => Tensor): Tensor {
  const pieces = parts.map(({ of, row }) => {
    const [start, end] = [of.keys.offsets[row], of.keys.offsets[row + 1]];
    return tensorOf(of).narrow(0, start, end - start);
  });
  return cat(pieces);
}

/** Joins rows of several memories into one that serves many passes. It owns its own cache, not the source memories. */
export function joinMemory(parts: readonly MemoryRow[]): KeptMemory {
  const positions = parts.map(({ of, row }) =>
    of.keys.positions.subarray(of.keys.offsets[row], of.keys.offsets[row + 1]),
  );
  const offsets = [0];
  for (const { length } of positions) offsets.push(offsets[offsets.length - 1] + length);
  const joined = new BigInt64Array(offsets[offsets.length - 1]);
  for (const [i, part] of positions.entries()) joined.set(part, offsets[i]);
  const hidden = joinRows(parts, (memory) => memory.hidden);
  return new KeptMemory({ hidden, keys: { offsets, positions: joined }, parts });
}

/** Cross-attention of queries [N, H, d] to the memory; `project` computes a block's keys and values: → [N, H · d] */
export function attendMemory(
  { memory, layout }: { memory?: Memory; layout: Layout },
  block: number,
  parts: { q: Tensor; project(hidden: Tensor): KeysAndValues },
  options: AttentionOptions,
): Tensor {
  if (memory === undefined) throw new Error('a decoder with cross-attention needs a source or a memory');
  const { k, v, keys } = memoryOfSegments(memory, projectMemory(memory, block, parts.project), layout);
  return attention(parts.q, k, v, { ...options, layout, keys, causal: false }).flatten(1);
}

/** Keys and values laid out for a decoder's segments, each of which attends to its row's memory. */
function memoryOfSegments(memory: Memory, made: KeysAndValues, layout: Layout): KeysAndValues & { keys: KeyLayout } {
  const { keys } = memory;
  const rows = keys.offsets.length - 1;
  if (layout.rowOf.length === rows && layout.rowOf.every((row, segment) => row === segment)) return { ...made, keys };
  const lengths = keys.offsets.slice(1).map((end, row) => end - keys.offsets[row]);
  const offsets = [0];
  for (const row of layout.rowOf) offsets.push(offsets[offsets.length - 1] + lengths[row]);
  const positions = new BigInt64Array(offsets[offsets.length - 1]);
  for (const [segment, row] of layout.rowOf.entries()) {
    positions.set(keys.positions.subarray(keys.offsets[row], keys.offsets[row + 1]), offsets[segment]);
  }
  const [k, v] = [made.k, made.v].map((x) => {
    const parts = x.split(lengths);
    return cat(layout.rowOf.map((row) => parts[row]));
  });
  return { k, v, keys: { offsets, positions } };
}
