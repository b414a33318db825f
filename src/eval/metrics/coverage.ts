import { recommendedMetric } from './recommended.ts';

/**
 * Share of the items that at least one row is recommended. The items are those that rows have before the one that is to
 * be predicted, and those recommended; so it grows with the rows, and its interval lies somewhat low.
 */
export const coverage = recommendedMetric(
  { name: 'coverage', title: 'coverage of items', better: 'higher', best: 1 },
  (rows, indices, { counts }) => {
    const isCovered = new Uint8Array(counts.length);
    for (let i = 0; i < indices.length; i++) {
      const { items } = rows[indices[i]];
      for (let k = 0; k < items.length; k++) isCovered[items[k]] = 1;
    }
    let [covered, known] = [0, 0];
    for (let item = 0; item < isCovered.length; item++) {
      covered += isCovered[item];
      if (isCovered[item] === 1 || counts[item] > 0) known++;
    }
    return covered / known;
  },
);
