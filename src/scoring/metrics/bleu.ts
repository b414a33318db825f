import { compared } from './compared.ts';
import type { MetricDefinition } from './metric.ts';
import { overlap, wordGrams, type Counts } from './n-grams.ts';
import { sumsMetric } from './row-sums.ts';

const ORDERS = 4;

/** Sums for computing BLEU; they are additive over rows. */
export interface BleuCounts {
  predictedWords: number;
  referenceWords: number;
  /** Matching and predicted n-grams of order 1 to 4. */
  common: number[];
  predicted: number[];
}

/**
 * BLEU as computed by sacreBLEU by default: 13a tokenization, cased, exponential smoothing. 0 to 100.
 * The value is computed from the summed counts; a row's own value is its sentence BLEU (with effective order).
 */
export const bleu: MetricDefinition = {
  name: 'bleu',
  title: 'BLEU',
  better: 'higher',
  best: 100,
  reads: 'text',
  create: (options) =>
    sumsMetric({
      width: 2 + 2 * ORDERS,
      row(prediction, example, sums) {
        const { predicted, reference } = compared(prediction, example, options);
        const counts = bleuCounts(predicted, [reference]);
        sums.set([counts.predictedWords, counts.referenceWords, ...counts.common, ...counts.predicted]);
        return bleuScore(counts, { effectiveOrder: true });
      },
      value: (sums) => bleuScore(named(sums)),
      details: (sums, rows) => ({ mean: rows.mean(), ...named(sums) }),
    }),
};

function named(sums: Float64Array): BleuCounts {
  const [predictedWords, referenceWords, ...matches] = sums;
  return { predictedWords, referenceWords, common: matches.slice(0, ORDERS), predicted: matches.slice(ORDERS) };
}

/** Counts of one row; with several references each n-gram is clipped to its maximum count over the references. */
export function bleuCounts(predicted: string, references: readonly string[]): BleuCounts {
  const words = tokens13a(predicted.trimEnd());
  const others = references.map((reference) => tokens13a(reference.trimEnd()));
  const counts = emptyCounts();
  counts.predictedWords = words.length;
  counts.referenceWords = closestLength(words.length, others);
  for (let order = 1; order <= ORDERS; order++) {
    const reference: Counts = new Map();
    for (const other of others) {
      for (const [gram, count] of wordGrams(other, order))
        reference.set(gram, Math.max(count, reference.get(gram) ?? 0));
    }
    counts.common[order - 1] = overlap(wordGrams(words, order), reference);
    counts.predicted[order - 1] = Math.max(0, words.length - order + 1);
  }
  return counts;
}

export function addCounts(total: BleuCounts, row: BleuCounts): void {
  total.predictedWords += row.predictedWords;
  total.referenceWords += row.referenceWords;
  for (let i = 0; i < ORDERS; i++) {
    total.common[i] += row.common[i];
    total.predicted[i] += row.predicted[i];
  }
}

/**
 * Brevity penalty times the geometric mean of the precisions; an order without matches counts half of the previous such
 * order. `effectiveOrder` ignores orders longer than the prediction, as usual for single sentences.
 */
export function bleuScore(counts: BleuCounts, options: { effectiveOrder?: boolean } = {}): number {
  if (counts.common.every((count) => count === 0)) return 0;
  let logSum = 0;
  let halving = 1;
  let orders = 0;
  for (let i = 0; i < ORDERS && counts.predicted[i] > 0; i++) {
    if (counts.common[i] === 0) halving *= 2;
    const matched = counts.common[i] === 0 ? 1 / halving : counts.common[i];
    logSum += Math.log(matched / counts.predicted[i]);
    orders++;
  }
  if (orders < ORDERS && options.effectiveOrder !== true) return 0;
  return 100 * brevityPenalty(counts) * Math.exp(logSum / orders);
}

function brevityPenalty({ predictedWords, referenceWords }: BleuCounts): number {
  return predictedWords < referenceWords ? Math.exp(1 - referenceWords / predictedWords) : 1;
}

function closestLength(length: number, references: readonly string[][]): number {
  const distance = (reference: number) => Math.abs(reference - length);
  return references
    .map((reference) => reference.length)
    .reduce((best, next) => {
      const nearer = distance(next) - distance(best);
      return nearer < 0 || (nearer === 0 && next < best) ? next : best;
    });
}

function emptyCounts(): BleuCounts {
  const zeros = () => Array.from({ length: ORDERS }, () => 0);
  return { predictedWords: 0, referenceWords: 0, common: zeros(), predicted: zeros() };
}

/** Tokenization of NIST's mteval-v13a: separates ASCII punctuation, but keeps full stops and commas within numbers. */
export function tokens13a(text: string): string[] {
  const line = text
    .replaceAll('<skipped>', '')
    .replaceAll('-\n', '')
    .replaceAll('\n', ' ')
    .replaceAll('&quot;', '"')
    .replaceAll('&amp;', '&')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>');
  const separated = ` ${line} `
    .replaceAll(/[{-~[-` -&(-+:-@/]/g, ' $& ')
    .replaceAll(/([^0-9])([.,])/gu, '$1 $2 ')
    .replaceAll(/([.,])([^0-9])/gu, ' $1 $2')
    .replaceAll(/([0-9])(-)/g, '$1 $2 ');
  return separated.split(/\s+/).filter((token) => token !== '');
}
