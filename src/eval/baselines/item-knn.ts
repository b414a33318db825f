import { itemCounts, itemPredictor, itemsOf } from '../recommend.ts';
import type { Baseline } from './baseline.ts';

/**
 * Recommends what is chosen together with the row's items: the sum of their cosines over the training rows (item-based
 * nearest neighbours, Sarwar et al., 2001); of equal sums the more popular item is the better.
 */
export const itemKnn: Baseline = {
  name: 'item_knn',
  title: 'items chosen together',
  forms: ['items'],
  unfit: () => undefined,
  async fit(train, options) {
    const rows = itemsOf(train);
    const { names, counts } = itemCounts(rows);
    const placeOf = new Map(names.map((name, place) => [name, place]));
    const together = names.map(() => new Map<number, number>());
    for (const items of rows) {
      options?.signal?.throwIfAborted();
      const places = [...new Set(items)].map((item) => placeOf.get(item)!);
      for (const a of places) for (const b of places) if (a !== b) together[a].set(b, (together[a].get(b) ?? 0) + 1);
    }
    return itemPredictor('item_knn', names, (history) => {
      const scores = counts.map((count) => count * 1e-12);
      for (const item of new Set(history)) {
        const a = placeOf.get(item);
        if (a === undefined) continue;
        for (const [b, count] of together[a]) scores[b] += count / Math.sqrt(counts[a] * counts[b]);
      }
      return scores;
    });
  },
};
