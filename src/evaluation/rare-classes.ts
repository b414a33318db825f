import { smallest } from '../base/many.ts';
import type { Example } from '../data/example.ts';
import { rowLabels } from '../scoring/prompt-text.ts';

/** Below this share a class of two is rare: always predicting the other is right in 90 % of rows. */
const RARE = 0.1;

/** Number of rows by class, sorted by name. */
export function labelCounts(examples: readonly Example[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const example of examples)
    for (const label of rowLabels(example)) counts.set(label, (counts.get(label) ?? 0) + 1);
  return new Map([...counts].toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

/** The rare one of two classes; undefined if there are more, or neither is rare. */
export function rareOfTwo(counts: ReadonlyMap<string, number>): string | undefined {
  if (counts.size !== 2) return undefined;
  const [[rarer, few], [, many]] = [...counts].toSorted(([, a], [, b]) => a - b);
  return few < RARE * (few + many) ? rarer : undefined;
}

/** Whether some class has less than half of an even share and less than a tenth of the rows. */
export function isUneven(counts: ReadonlyMap<string, number>): boolean {
  const rows = [...counts.values()].reduce((sum, count) => sum + count, 0);
  return smallest(counts.values()) < Math.min(RARE, 0.5 / counts.size) * rows;
}
