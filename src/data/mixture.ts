import { AttuneError } from '../base/errors.ts';

/** A part of the train rows and its share of an epoch. */
export interface MixturePart {
  /** Index of its first train row; its rows are consecutive. */
  first: number;
  rows: number;
  /** Share of all rows used in training, 0 … 1. */
  share: number;
  /** Its rows per epoch: more than `rows` repeats them, fewer continues in the next epoch. */
  rowsPerEpoch: number;
}

/**
 * Converts weights to rows per epoch. The part with the largest weight (the longest on ties) is seen once per epoch;
 * the others are repeated, or spread over several epochs, to reach their share.
 *
 * @param rows number of train rows of each part; `names` are for the error if a part has none
 */
export function mixParts(rows: readonly number[], weights: readonly number[], names: readonly string[]): MixturePart[] {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const empty = rows.indexOf(0);
  if (empty !== -1) {
    throw new AttuneError('E_NO_ROWS', {
      what: `${names[empty]} has a share of the training rows, but no rows`,
      fix: 'remove it from data.train or add rows to it',
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

/** Final weights if some parts have fixed shares: the others divide the rest in proportion. */
export function withShares(weights: readonly number[], shares: readonly (number | undefined)[] | undefined): number[] {
  if (shares === undefined) return [...weights];
  const taken = shares.reduce<number>((sum, share = 0) => sum + share, 0);
  const others = weights.reduce((sum, weight, part) => sum + (shares[part] === undefined ? weight : 0), 0);
  return weights.map((weight, part) => shares[part] ?? (weight * (1 - taken)) / others);
}

/**
 * Updates the mixture after train rows were dropped or divided. @param rowOf original train row of each remaining
 * row, ascending
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
