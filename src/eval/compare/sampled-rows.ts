import { shuffled } from '../../base/random.ts';

/** Rows enough for most verdicts. */
export const USUAL_ROWS = 500;

/** What a recipe says of it; `auto` without a model whose time would count. */
export function rowsWanted(most: number | 'auto'): number {
  return most === 'auto' ? USUAL_ROWS : most;
}

/** At most so many rows, the same ones for the same seed, in their own order. */
export function sampledRows<Row>(rows: readonly Row[], most: number, seed: number): readonly Row[] {
  if (rows.length <= most) return rows;
  const chosen = new Set(shuffled(rows, [seed, 'compared-rows']).slice(0, most));
  return rows.filter((example) => chosen.has(example));
}
