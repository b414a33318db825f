import type { Example, ItemsExample } from './example.ts';
import { itemsRow } from './interactions.ts';
import type { Splits } from './partition.ts';
import type { SplitShares } from './assign-splits.ts';

/** Statistics of leave-last-out splitting. */
export interface LastItems {
  users: number;
  /** Users with too few items to hold any out, who are used for training only. */
  short: number;
  /** Minimum items per user that leave one for training. */
  needed: number;
}

/** Whether splits hold out last items rather than rows: true if all rows are users' choices. */
export function splitsByLast(given: Splits, shares: SplitShares): boolean {
  const isWanted = shares.validation > 0 || shares.test > 0;
  return isWanted && given.train.length > 0 && given.train.every(({ kind }) => kind === 'items');
}

/**
 * Each user's last item is predicted in test and the one before it in validation, from all preceding items (Kang and
 * McAuley, 2018); if only one of the two is requested, it gets the last item. Rows of a split's own files stay there.
 *
 * @returns the splits, and for each train row the complete row that it is part of
 */
export function leaveLastOut(
  given: Splits,
  shares: SplitShares,
): { splits: Splits; wholeOf: Map<Example, Example>; report: LastItems } {
  const held = (['validation', 'test'] as const).filter((split) => shares[split] > 0);
  const splits: Splits = { train: [], validation: [...given.validation], test: [...given.test] };
  const wholeOf = new Map<Example, Example>();
  let short = 0;
  for (const row of given.train as ItemsExample[]) {
    const isShort = row.items.length <= held.length;
    if (isShort) short++;
    const kept = isShort ? row : startOf(row, row.items.length - held.length);
    splits.train.push(kept);
    wholeOf.set(kept, row);
    if (isShort) continue;
    for (const [place, split] of held.entries()) {
      const length = row.items.length - held.length + place + 1;
      splits[split].push(startOf(row, length, true));
    }
  }
  return { splits, wholeOf, report: { users: given.train.length, short, needed: held.length + 1 } };
}

function startOf(row: ItemsExample, length: number, isLastOnly?: true): ItemsExample {
  const { user, about, source, group } = row;
  const items = row.items.slice(0, length);
  const body = itemsRow({ user, ...(about && { about }), items, ...(isLastOnly === true && { isLastOnly }) });
  return { ...body, source, ...(group !== undefined && { group }) };
}
