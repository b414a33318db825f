import { meanOver, recommendedMetric } from './recommended.ts';

/**
 * Mean self-information of recommended items, in bits: -log2 of the share of rows that have them (Zhou et al., 2010).
 * Items drawn by chance have the most.
 */
export const novelty = recommendedMetric(
  { name: 'novelty', title: 'novelty (bits)', better: 'higher', isProperty: true },
  (rows, indices, popularity) =>
    meanOver(indices, (row) => {
      const { items } = rows[row];
      return items.reduce((sum, item) => sum - Math.log2(popularity.share(item)), 0) / items.length;
    }),
);
