import { interleaved } from '../base/many.ts';

/**
 * Packs rows into micro-batches of at most `capacity` tokens: longest row first, each into the fullest micro-batch that
 * has room for it (best-fit decreasing). The first micro-batch is the fullest, so that memory peaks at once.
 *
 * @param lengths tokens of each row by index; none above `capacity`
 * @returns lists of rows, each in the given order
 */
export function packRows(rows: readonly number[], lengths: ArrayLike<number>, capacity: number): number[][] {
  const byLength = rows.map((_, index) => index).sort((a, b) => lengths[rows[b]] - lengths[rows[a]] || a - b);
  const bins: { tokens: number; members: number[] }[] = [];
  for (const index of byLength) {
    const tokens = lengths[rows[index]];
    let best: (typeof bins)[number] | undefined;
    for (const bin of bins) {
      if (bin.tokens + tokens <= capacity && (best === undefined || bin.tokens > best.tokens)) best = bin;
    }
    if (best === undefined) bins.push({ tokens, members: [index] });
    else {
      best.tokens += tokens;
      best.members.push(index);
    }
  }
  bins.sort((a, b) => b.tokens - a.tokens || a.members[0] - b.members[0]);
  return bins.map(({ members }) => members.sort((a, b) => a - b).map((index) => rows[index]));
}

/**
 * Divides rows into shares of about as many tokens: longest row first, each into the share with the fewest.
 *
 * @returns one list per share, each in the given order; some are empty if there are fewer rows than shares
 */
export function divideRows(rows: readonly number[], lengths: ArrayLike<number> | undefined, count: number): number[][] {
  if (count === 1) return [[...rows]];
  const lengthOf = (index: number): number => lengths?.[rows[index]] ?? 1;
  const byLength = rows.map((_, index) => index).sort((a, b) => lengthOf(b) - lengthOf(a) || a - b);
  const shares = Array.from({ length: count }, () => ({ tokens: 0, members: [] as number[] }));
  for (const index of byLength) {
    const least = shares.reduce((best, share) => (share.tokens < best.tokens ? share : best));
    least.tokens += lengthOf(index);
    least.members.push(index);
  }
  return shares.map(({ members }) => members.sort((a, b) => a - b).map((index) => rows[index]));
}

/** How a step's rows are divided into micro-batches. */
export interface Packing {
  /** Tokens of a micro-batch; without it each row is one. */
  capacity?: number;
  /** Equal shares that are packed separately, for as many processes. */
  shares: number;
}

/**
 * Divides a step's rows into micro-batches: the first of each share, then the second of each, and so on, so that
 * processes that take turns with them have about as much to do.
 */
export function packShares(
  rows: readonly number[],
  lengths: ArrayLike<number> | undefined,
  { capacity, shares }: Packing,
): number[][] {
  const packed = divideRows(rows, lengths, shares).map((share) =>
    capacity === undefined || lengths === undefined ? share.map((row) => [row]) : packRows(share, lengths, capacity),
  );
  return interleaved(packed);
}
