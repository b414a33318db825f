import type { Model } from '../models/model.ts';
import { rowOfTokens, type Layout, type Randomness } from '../engine/nn/index.ts';
import { fromArray } from '../engine/tensor/index.ts';
import type { Batch } from '../answering/tasks/rows/prepared-rows.ts';
import { rowKey } from './row-key.ts';

/** Keys of a batch's random numbers: seed, step, and each token's row and position, so that batching has no effect. */
export function randomnessOf(model: Model, batch: Batch, request: { seed: number; step: number }): Randomness {
  const layout = model.layoutOf(batch.input);
  const rows = rowOfTokens(layout);
  const keys = batch.rows.map((row) => rowKey(row.id));
  const shifts = textShifts(layout);
  const tokens = BigInt64Array.from(layout.positions, (position, i) =>
    BigInt.asIntN(64, keys[rows[i]] + position + (shifts?.[i] ?? 0n)),
  );
  return { seed: request.seed, step: request.step, tokens: fromArray(tokens).toDevice(model.device) };
}

/** All texts of a row start at position 0, so each needs its own random numbers. */
function textShifts({ offsets, rowOf }: Layout): BigInt64Array | undefined {
  if (!rowOf.some((row, s) => s > 0 && row === rowOf[s - 1])) return undefined;
  const shifts = new BigInt64Array(offsets[rowOf.length]);
  let first = 0;
  for (const [s, row] of rowOf.entries()) {
    if (s === 0 || row !== rowOf[s - 1]) first = offsets[s];
    shifts.fill(BigInt(offsets[s] - first), offsets[s], offsets[s + 1]);
  }
  return shifts;
}
