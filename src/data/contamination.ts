import type { Example, ItemsExample } from './example.ts';
import { findOverlaps, refuseOverlap, type OverlapReport } from './overlaps.ts';
import { partition } from './partition.ts';

/**
 * Rejects evaluation rows that a model was trained on: exact copies, near-duplicates, or rows of the same group.
 * @throws AttuneError E_SPLIT_OVERLAP with the rows
 */
export async function refuseContaminated(
  train: readonly Example[],
  test: readonly Example[],
  options: { signal?: AbortSignal; onProgress?: (rows: number, total: number) => void } = {},
): Promise<void> {
  const [items, others] = [test.filter(isItems), test.filter((row) => !isItems(row))];
  refuseOverlap(trainedItems(train.filter(isItems), items), items.length);
  const given = { train: train.filter((row) => !isItems(row)), validation: [], test: others };
  const divided = await partition(given, { shares: { validation: 0, test: 0 }, seed: 0, ...options });
  refuseOverlap(findOverlaps(divided), others.length);
}

function isItems(row: Example): row is ItemsExample {
  return row.kind === 'items';
}

/**
 * Earlier choices may appear in training; the item to predict may not: neither in the same row nor, for a known user,
 * anywhere.
 */
function trainedItems(train: readonly ItemsExample[], test: readonly ItemsExample[]): OverlapReport {
  const keyOf = ({ user, items }: Pick<ItemsExample, 'user' | 'items'>) => JSON.stringify([user, items]);
  const whole = new Map(train.map((row) => [keyOf(row), row]));
  const chosen = new Map(
    train.flatMap((row) => row.items.map((item) => [JSON.stringify([row.user, item]), row] as const)),
  );
  const report: OverlapReport = { rows: 0, exact: 0, listed: [] };
  for (const row of test) {
    const target = row.items.at(-1)!;
    const isRepeated = row.items.slice(0, -1).includes(target);
    const ofUser = row.user === undefined || isRepeated ? undefined : chosen.get(JSON.stringify([row.user, target]));
    const same = whole.get(keyOf(row));
    const found = same ?? ofUser;
    if (found === undefined) continue;
    report.rows++;
    if (same !== undefined) report.exact++;
    const { file, line } = found.source;
    report.listed.push({
      ...row.source,
      message: `"${target}" is the target of a test row, but ${file}:${line} of train contains it`,
    });
  }
  return report;
}
