import { compared } from './compared.ts';
import { characters } from './edit-distance.ts';
import { rowMetric, type MetricDefinition } from './metric.ts';
import { characterGrams, fScore, overlap } from './n-grams.ts';

const ORDERS = 6;
const BETA = 2;

/** Per order: n-grams predicted, in the reference, in common. */
export type ChrfCounts = Float64Array;

/**
 * chrF2 as sacreBLEU computes it by default: character 1- to 6-grams without white space, recall twice as important,
 * orders that a side lacks left out. 0 to 100; the value is of the summed counts, a row's own is its sentence chrF.
 */
export const chrf: MetricDefinition = {
  name: 'chrf',
  title: 'chrF',
  better: 'higher',
  best: 100,
  reads: 'text',
  create(options) {
    const total = new Float64Array(3 * ORDERS);
    return rowMetric(
      (prediction, example) => {
        const { predicted, reference } = compared(prediction, example, options);
        const counts = chrfCounts(predicted, reference);
        for (let i = 0; i < total.length; i++) total[i] += counts[i];
        return chrfScore(counts);
      },
      (rows) => ({ value: chrfScore(total), details: { rows: rows.count, mean: rows.mean() } }),
    );
  },
};

export function chrfCounts(predicted: string, reference: string): ChrfCounts {
  const counts = new Float64Array(3 * ORDERS);
  const left = characters(predicted.replaceAll(/\s+/g, ''));
  const right = characters(reference.replaceAll(/\s+/g, ''));
  for (let order = 1; order <= ORDERS; order++) {
    const rightSize = Math.max(0, right.length - order + 1);
    const common = overlap(characterGrams(left, order), characterGrams(right, order));
    // An order longer than the reference says nothing about the prediction.
    counts.set([rightSize === 0 ? 0 : Math.max(0, left.length - order + 1), rightSize, common], 3 * (order - 1));
  }
  return counts;
}

/** Precision and recall averaged over the orders that both sides have, then one F score; 0 to 100. */
export function chrfScore(counts: ChrfCounts): number {
  let precision = 0;
  let recall = 0;
  let orders = 0;
  for (let i = 0; i < counts.length; i += 3) {
    const [predicted, reference, common] = counts.subarray(i, i + 3);
    if (predicted === 0 || reference === 0) continue;
    precision += common / predicted;
    recall += common / reference;
    orders++;
  }
  return orders === 0 ? 0 : 100 * fScore(precision / orders, recall / orders, BETA);
}
