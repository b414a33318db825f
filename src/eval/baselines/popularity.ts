import { itemCounts, itemPredictor, itemsOf } from '../recommend.ts';
import type { Baseline } from './baseline.ts';

/** Recommends to everybody what most training rows have. */
export const popularity: Baseline = {
  name: 'popularity',
  title: 'most popular items',
  forms: ['items'],
  unfit: () => undefined,
  async fit(train) {
    const { names, counts } = itemCounts(itemsOf(train));
    return itemPredictor('popularity', names, () => counts);
  },
};
