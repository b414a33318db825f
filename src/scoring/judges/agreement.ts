/**
 * Inter-rater agreement beyond chance. Ratings are a table with one row per item and one column per rater, `undefined`
 * for missing ratings. If chance alone would give full agreement (all ratings in one category), a coefficient is NaN.
 */
import { mean } from '../statistics/moments.ts';

/** A category's name, or a number on a scale. */
export type Rating = string | number;

export type Ratings = readonly (readonly (Rating | undefined)[])[];

export type Scale = 'nominal' | 'ordinal' | 'interval' | 'ratio';

/** Share of equal pairs of ratings, averaged over the items with two or more ratings. */
export function percentAgreement(ratings: Ratings): number {
  const rated = withPairs(ratings);
  return mean(rated.map((row) => agreeing(row) / (row.length * (row.length - 1))));
}

/** Cohen's κ of two raters (1960), over the items that both rated. */
export function cohenKappa(first: readonly (Rating | undefined)[], second: readonly (Rating | undefined)[]): number {
  const pairs = withPairs(first.map((rating, item) => [rating, second[item]]));
  const observed = mean(pairs.map(([a, b]) => (a === b ? 1 : 0)));
  const [shares, others] = [0, 1].map((rater) => sharesOf(pairs.map((pair) => [pair[rater]])));
  const expected = sum([...shares].map(([category, share]) => share * (others.get(category) ?? 0)));
  return beyondChance(observed, expected);
}

/**
 * Fleiss' κ (1971): any raters, who may differ between items.
 * @throws RangeError if items have different numbers of ratings; Krippendorff's α allows that
 */
export function fleissKappa(ratings: Ratings): number {
  const rows = present(ratings);
  if (new Set(rows.map(({ length }) => length)).size > 1) {
    throw new RangeError("Fleiss' kappa needs as many ratings of each item");
  }
  const expected = sum([...sharesOf(rows).values()].map((share) => share * share));
  return beyondChance(percentAgreement(ratings), expected);
}

/** Gwet's AC1 (2008), which unlike κ does not drop if one category is rare. Ratings may be missing. */
export function gwetAC1(ratings: Ratings): number {
  const shares = [...sharesOf(present(ratings)).values()];
  if (shares.length < 2) return shares.length === 1 ? 1 : Number.NaN;
  const expected = sum(shares.map((share) => share * (1 - share))) / (shares.length - 1);
  return beyondChance(percentAgreement(ratings), expected);
}

/** Krippendorff's α (2011): any raters, missing ratings, any scale; ratings are numbers unless the scale is nominal. */
export function krippendorffAlpha(ratings: Ratings, scale: Scale = 'nominal'): number {
  const rows = withPairs(ratings);
  const values = [...new Set(rows.flat())].toSorted((a, b) => (a < b ? -1 : 1));
  const place = new Map(values.map((value, index) => [value, index]));
  const coincidences = values.map(() => new Float64Array(values.length));
  for (const row of rows) {
    for (const [i, one] of row.entries()) {
      for (const [j, other] of row.entries()) {
        if (i !== j) coincidences[place.get(one)!][place.get(other)!] += 1 / (row.length - 1);
      }
    }
  }
  const totals = coincidences.map((line) => sum([...line]));
  const all = sum(totals);
  const difference = differenceOf(scale, values, totals);
  let [observed, expected] = [0, 0];
  for (let c = 0; c < values.length; c++) {
    for (let k = 0; k < values.length; k++) {
      const squared = difference(c, k);
      observed += coincidences[c][k] * squared;
      expected += (totals[c] * totals[k] * squared) / (all - 1);
    }
  }
  return expected === 0 ? Number.NaN : 1 - observed / expected;
}

/** Squared difference of two values by their rank in order. */
function differenceOf(
  scale: Scale,
  values: readonly Rating[],
  totals: readonly number[],
): (c: number, k: number) => number {
  if (scale === 'nominal') return (c, k) => (c === k ? 0 : 1);
  const numbers = values.map(Number);
  if (numbers.some(Number.isNaN)) throw new RangeError(`ratings on ${scale} scales are numbers`);
  if (scale === 'interval') return (c, k) => (numbers[c] - numbers[k]) ** 2;
  if (scale === 'ratio') {
    return (c, k) => (c === k ? 0 : ((numbers[c] - numbers[k]) / (numbers[c] + numbers[k])) ** 2);
  }
  return (c, k) => {
    const [low, high] = c < k ? [c, k] : [k, c];
    return (sum(totals.slice(low, high + 1)) - (totals[low] + totals[high]) / 2) ** 2;
  };
}

function present(ratings: Ratings): Rating[][] {
  return ratings.map((row) => row.filter((rating) => rating !== undefined)).filter(({ length }) => length > 0);
}

function withPairs(ratings: Ratings): Rating[][] {
  return present(ratings).filter(({ length }) => length > 1);
}

/** Number of ordered pairs of equal ratings for one item. */
function agreeing(row: readonly Rating[]): number {
  const counts = new Map<Rating, number>();
  for (const rating of row) counts.set(rating, (counts.get(rating) ?? 0) + 1);
  return sum([...counts.values()].map((count) => count * (count - 1)));
}

/** Frequency of each category: the mean over items of its share of the item's ratings. */
function sharesOf(rows: readonly (readonly Rating[])[]): Map<Rating, number> {
  const shares = new Map<Rating, number>();
  for (const row of rows) {
    for (const rating of row) shares.set(rating, (shares.get(rating) ?? 0) + 1 / (row.length * rows.length));
  }
  return shares;
}

function beyondChance(observed: number, expected: number): number {
  return 1 - expected < 1e-12 ? Number.NaN : (observed - expected) / (1 - expected);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
