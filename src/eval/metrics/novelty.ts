import { meanOf, meanOver, recommendedMetric } from './recommended.ts';

/**
 * Mean self-information of recommended items, in bits: -log2 of the share of rows that have them (Zhou et al., 2010).
 * Items drawn by chance have the most.
 */
export const novelty = recommendedMetric(
  { name: 'novelty', title: 'novelty (bits)', better: 'higher', isProperty: true },
  (rows, indices, popularity) => {
    const information = popularity.shares().map((share) => -Math.log2(share));
    return meanOver(indices, (row) => meanOf(rows[row].items, information));
  },
);
