import { shuffled } from '../../base/random.ts';

/** Enough rows for most verdicts. */
export const USUAL_ROWS = 500;

/** The recipe's maximum number of rows; `auto` means the usual number. */
export function rowsWanted(most: number | 'auto'): number {
  return most === 'auto' ? USUAL_ROWS : most;
}

/** A sample of at most `most` rows, deterministic for a seed, in the original order. */
export function sampledRows<Row>(rows: readonly Row[], most: number, seed: number): readonly Row[] {
  if (rows.length <= most) return rows;
  const chosen = new Set(shuffled(rows, [seed, 'compared-rows']).slice(0, most));
  return rows.filter((example) => chosen.has(example));
}
