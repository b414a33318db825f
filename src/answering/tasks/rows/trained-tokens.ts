// N tokens of a batch, L of them trained, R rows
import type { Layout } from '../../../engine/nn/index.ts';
import { aten, zeros, type Tensor } from '../../../engine/tensor/index.ts';
import type { Batch, Counts, PreparedRow, ValuesRow } from './prepared-rows.ts';

/** Number of trained tokens of a row, excluding its first, which cannot be predicted. */
export function trainedTokens(row: PreparedRow): number {
  let count = 0;
  for (let t = 1; t < row.trained.length; t++) count += row.trained[t];
  return count;
}

export function countTokens(batch: Pick<Batch, 'rows'>): Counts {
  return { tokens: batch.rows.reduce((sum, row) => sum + trainedTokens(row), 0), rows: batch.rows.length };
}

export interface Predictions {
  /** Position in the batch where each prediction is made: [L]. */
  places: BigInt64Array;
  targets: BigInt64Array;
  rows: BigInt64Array;
  /** Index of each target's text, counted over all rows: [L]. */
  texts: BigInt64Array;
  /** Number of trained tokens directly before each target, so that an answer's first token has 0: [L]. */
  depths: Int32Array;
}

/** Positions that predict a batch's trained tokens: the preceding token, or the last token of the parent text. */
export function predictionsOf(batch: Batch, layout: Layout): Predictions {
  const places: bigint[] = [];
  const targets: bigint[] = [];
  const rows: bigint[] = [];
  const texts: bigint[] = [];
  const depths: number[] = [];
  const { offsets, rowOf, parents } = layout;
  let first = 0;
  for (const [text, r] of rowOf.entries()) {
    const { ids, trained } = batch.rows[r];
    if (text === 0 || rowOf[text - 1] !== r) first = offsets[text];
    const parent = parents?.[text] ?? -1;
    let depth = 0;
    for (let place = offsets[text]; place < offsets[text + 1]; place++) {
      if (trained[place - first] === 0) {
        depth = 0;
        continue;
      }
      const before = place > offsets[text] ? place - 1 : parent < 0 ? undefined : offsets[parent + 1] - 1;
      if (before === undefined) continue;
      places.push(BigInt(before));
      targets.push(BigInt(ids[place - first]));
      rows.push(BigInt(r));
      texts.push(BigInt(text));
      depths.push(depth++);
    }
  }
  const arrays = [places, targets, rows, texts].map((values) => BigInt64Array.from(values));
  return { places: arrays[0], targets: arrays[1], rows: arrays[2], texts: arrays[3], depths: Int32Array.from(depths) };
}

/** Counts trained tokens, including first tokens. */
export function countTrained({ rows }: Pick<Batch, 'rows'>): Counts {
  const tokens = rows.reduce((sum, { trained }) => sum + trained.reduce((ones, one) => ones + one, 0), 0);
  return { tokens, rows: rows.length };
}

/** Position, value and row of each trained token in the batch; a truncated row may have extra values. */
export function taggedTokens({
  rows,
}: {
  rows: readonly (PreparedRow & Partial<ValuesRow>)[];
}): Record<'places' | 'values' | 'rows', number[]> {
  const found = { places: [] as number[], values: [] as number[], rows: [] as number[] };
  let start = 0;
  for (const [r, { ids, trained, values = [] }] of rows.entries()) {
    let next = 0;
    for (let t = 0; t < ids.length; t++) {
      if (trained[t] === 0) continue;
      found.places.push(start + t);
      found.values.push(values[next++]);
      found.rows.push(r);
    }
    start += ids.length;
  }
  return found;
}

/** values [n] of rows [n] → [R] */
export function sumsOfRows(values: Tensor, rows: Tensor, count: number): Tensor {
  return aten.index_add.default(zeros([count], { dtype: values.dtype, device: values.device }), 0, rows, values);
}
