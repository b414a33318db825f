import { meanOver, recommendedMetric } from './recommended.ts';

/**
 * How much more popular recommended items are than those that a row has: the difference of their mean shares of rows that
 * have them. 0 where recommendations are as popular as what people choose; rows that have nothing do not count. More is
 * not worse, and less is not better: items drawn by chance have the least.
 */
export const popularityBias = recommendedMetric(
  { name: 'popularity_bias', title: 'popularity bias', better: 'lower', isProperty: true },
  (rows, indices, popularity) => {
    const mean = (items: Int32Array) => items.reduce((sum, item) => sum + popularity.share(item), 0) / items.length;
    return meanOver(indices, (row) => mean(rows[row].items) - mean(rows[row].history));
  },
);
