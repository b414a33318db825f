import { AttuneError } from '../base/errors.ts';

/** One part of the train rows and how much of an epoch it makes up. */
export interface MixturePart {
  /** Index of its first train row; its rows follow each other. */
  first: number;
  rows: number;
  /** Its share of all rows that training sees, 0 … 1. */
  share: number;
  /** Rows of it in each epoch: more than `rows` repeats them, fewer takes others in the next epoch. */
  rowsPerEpoch: number;
}

/**
 * Turns weights into rows per epoch. The part with the largest share is seen once an epoch (of several, the longest);
 * the others are repeated, or taken piece by piece over the epochs, until their shares are right.
 *
 * @param rows train rows by part, in their order; `names` are for the error where a part has none
 */
export function mixParts(rows: readonly number[], weights: readonly number[], names: readonly string[]): MixturePart[] {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const empty = rows.indexOf(0);
  if (empty !== -1) {
    throw new AttuneError('E_NO_ROWS', {
      what: `${names[empty]} has a share of the training rows, but no rows to train on`,
      fix: 'leave it out of data.train or give it rows',
    });
  }
  const lead = weights.reduce((best, weight, part) => {
    const isLarger = weight > weights[best] || (weight === weights[best] && rows[part] > rows[best]);
    return isLarger ? part : best;
  }, 0);
  const parts: MixturePart[] = [];
  let first = 0;
  for (const [part, count] of rows.entries()) {
    const rowsPerEpoch = Math.max(1, Math.round((rows[lead] * weights[part]) / weights[lead]));
    parts.push({ first, rows: count, share: weights[part] / total, rowsPerEpoch });
    first += count;
  }
  return parts;
}

/** Weights in which some parts have a share of all, and the others what is left, in their own proportions. */
export function withShares(weights: readonly number[], shares: readonly (number | undefined)[] | undefined): number[] {
  if (shares === undefined) return [...weights];
  const taken = shares.reduce<number>((sum, share = 0) => sum + share, 0);
  const others = weights.reduce((sum, weight, part) => sum + (shares[part] === undefined ? weight : 0), 0);
  return weights.map((weight, part) => shares[part] ?? (weight * (1 - taken)) / others);
}

/**
 * The mixture after some train rows were dropped or became several.
 *
 * @param rowOf for each row that is left, the train row that it came from, ascending
 */
export function refitMixture(mixture: readonly MixturePart[], rowOf: readonly number[]): MixturePart[] {
  const rows = mixture.map(
    ({ first, rows: count }) => rowOf.filter((row) => row >= first && row < first + count).length,
  );
  return mixParts(
    rows,
    mixture.map(({ share }) => share),
    mixture.map((_, part) => `part ${part + 1} of data.train`),
  );
}
