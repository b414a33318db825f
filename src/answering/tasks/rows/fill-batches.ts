import { tokensOf, type PreparedRow } from './prepared-rows.ts';

/** Groups row indices into batches of at most `limit` tokens, short rows together; a longer row is alone. */
export function byTokens(rows: readonly PreparedRow[], limit: number): number[][] {
  const order = rows
    .keys()
    .toArray()
    .sort((a, b) => tokensOf(rows[a]) - tokensOf(rows[b]) || a - b);
  return filled(order, (i) => tokensOf(rows[i]), limit);
}

/** Groups items in order into batches of at most `limit` tokens; a longer item is alone. */
export function filled<Item>(items: readonly Item[], tokens: (item: Item) => number, limit: number): Item[][] {
  const batches: Item[][] = [];
  let held = Number.POSITIVE_INFINITY;
  for (const item of items) {
    const length = tokens(item);
    if (held + length > limit) {
      batches.push([]);
      held = 0;
    }
    batches[batches.length - 1].push(item);
    held += length;
  }
  return batches;
}
