// N tokens of a batch, S texts, R rows
import type { Layout } from '../../nn/index.ts';
import type { Batch, PreparedRow } from '../../train/interfaces.ts';

/** Rows of several texts as one flat input in which no text sees another. */
export function collateTexts(rows: readonly PreparedRow[], { causal }: { causal: boolean }): Batch {
  const lengths = rows.map(({ ids, segments = [ids.length] }) => segments);
  const count = rows.reduce((sum, { ids }) => sum + ids.length, 0);
  const positions = new BigInt64Array(count);
  const offsets = [0];
  for (const length of lengths.flat()) {
    const start = offsets[offsets.length - 1];
    for (let t = 0; t < length; t++) positions[start + t] = BigInt(t);
    offsets.push(start + length);
  }
  const rowOf = lengths.flatMap((segments, row) => segments.map(() => row));
  const layout: Layout = { offsets, positions, rowOf, causal };
  const ids = flat(rows, count, (row) => row.ids);
  const hasTypes = rows.some(({ typeIds }) => typeIds !== undefined);
  const tokenTypes = hasTypes ? flat(rows, count, (row) => row.typeIds ?? new Int32Array(row.ids.length)) : undefined;
  return { rows, input: { ids, layout, tokenTypes } };
}

function flat(rows: readonly PreparedRow[], count: number, of: (row: PreparedRow) => Int32Array): BigInt64Array {
  const values = new BigInt64Array(count);
  let at = 0;
  for (const row of rows) for (const value of of(row)) values[at++] = BigInt(value);
  return values;
}
