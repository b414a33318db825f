import { meanOf, meanOver, recommendedMetric } from './recommended.ts';

/**
 * How much more popular recommended items are than those that a row has: the difference of their mean shares of rows that
 * have them. 0 where recommendations are as popular as what people choose; rows that have nothing do not count. More is
 * not worse, and less is not better: items drawn by chance have the least.
 */
export const popularityBias = recommendedMetric(
  { name: 'popularity_bias', title: 'popularity bias', better: 'lower', isProperty: true },
  (rows, indices, popularity) => {
    const shares = popularity.shares();
    return meanOver(indices, (row) => meanOf(rows[row].items, shares) - meanOf(rows[row].history, shares));
  },
);
