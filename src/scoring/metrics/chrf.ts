import { compared } from './compared.ts';
import { characters } from './edit-distance.ts';
import type { MetricDefinition } from './metric.ts';
import { characterGrams, fScore, overlap, wordGrams, type Counts } from './n-grams.ts';
import { sumsMetric } from './row-sums.ts';

const CHARACTER_ORDERS = 6;
const BETA = 2;

/** For each order, characters first: number of n-grams predicted, in the reference, and in common. */
export type ChrfCounts = Float64Array;

/**
 * chrF2 as computed by sacreBLEU by default: character 1- to 6-grams without white space, recall weighted twice,
 * ignoring orders that one side lacks. chrF++ adds word 1- and 2-grams. 0 to 100; the value is computed from the summed
 * counts, a row's own value is its sentence chrF.
 */
function defineChrf(name: string, title: string, wordOrders: number): MetricDefinition {
  return {
    name,
    title,
    better: 'higher',
    best: 100,
    reads: 'text',
    create: (options) =>
      sumsMetric({
        width: 3 * (CHARACTER_ORDERS + wordOrders),
        row(prediction, example, sums) {
          const { predicted, reference } = compared(prediction, example, options);
          sums.set(chrfCounts(predicted, reference, wordOrders));
          return chrfScore(sums);
        },
        value: chrfScore,
        details: (_sums, rows) => ({ mean: rows.mean() }),
      }),
  };
}

export const chrf = defineChrf('chrf', 'chrF', 0);
export const chrfPlusPlus = defineChrf('chrf_plus_plus', 'chrF++', 2);

export function chrfCounts(predicted: string, reference: string, wordOrders = 0): ChrfCounts {
  const [left, right] = [predicted, reference].map((text) => characters(text.replaceAll(/\s+/g, '')));
  const [leftWords, rightWords] = [predicted, reference].map(splitWords);
  const orders = Array.from({ length: CHARACTER_ORDERS }, (_, i) => orderCounts(left, right, i + 1, characterGrams));
  const ofWords = Array.from({ length: wordOrders }, (_, i) => orderCounts(leftWords, rightWords, i + 1, wordGrams));
  return Float64Array.from([...orders, ...ofWords].flat());
}

type Grams = (symbols: readonly string[], order: number) => Counts;

function orderCounts(left: readonly string[], right: readonly string[], order: number, grams: Grams): number[] {
  const size = (symbols: readonly string[]) => Math.max(0, symbols.length - order + 1);
  // An order longer than the reference says nothing about the prediction.
  return [size(right) === 0 ? 0 : size(left), size(right), overlap(grams(left, order), grams(right, order))];
}

/** chrF++ words: one ASCII punctuation character is split off, after the word or otherwise before it. */
function splitWords(text: string): string[] {
  const words = text.split(/\s+/).filter((word) => word !== '');
  return words.flatMap((word) => {
    const parts =
      /^(?<word>.+)(?<sign>[!-/:-@[-`{-~])$/su.exec(word) ?? /^(?<sign>[!-/:-@[-`{-~])(?<word>.+)$/su.exec(word);
    return parts === null ? [word] : [parts[1], parts[2]];
  });
}

/** Precision and recall averaged over the orders that both sides have, then combined into an F score; 0 to 100. */
export function chrfScore(counts: ChrfCounts): number {
  let precision = 0;
  let recall = 0;
  let orders = 0;
  for (let i = 0; i < counts.length; i += 3) {
    const [predicted, reference, common] = [counts[i], counts[i + 1], counts[i + 2]];
    if (predicted === 0 || reference === 0) continue;
    precision += common / predicted;
    recall += common / reference;
    orders++;
  }
  return orders === 0 ? 0 : 100 * fScore(precision / orders, recall / orders, BETA);
}
