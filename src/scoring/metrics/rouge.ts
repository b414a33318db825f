import { compared } from './compared.ts';
import { longestCommon } from './longest-common.ts';
import { rowMetric, type MetricDefinition, type RowValues } from './metric.ts';
import { fScore, overlap, wordGrams } from './n-grams.ts';

interface Score {
  precision: number;
  recall: number;
}

/** Matching units of a pair of texts: common units, and the total of each side. */
interface Matches {
  common: number;
  predicted: number;
  reference: number;
}

/**
 * F1 of ROUGE-1, ROUGE-2 or ROUGE-L (whole text as one sequence), mean over rows; no stemming.
 * Words are lower-cased runs of letters and digits in any script; on ASCII text this equals Google's rouge-score.
 */
export function defineRouge(variant: '1' | '2' | 'L'): MetricDefinition {
  const match = variant === 'L' ? commonSubsequence : (a: string[], b: string[]) => commonGrams(a, b, Number(variant));
  return {
    name: `rouge_${variant.toLowerCase()}`,
    title: `ROUGE-${variant}`,
    better: 'higher',
    best: 1,
    reads: 'text',
    create(options) {
      const sum: Score = { precision: 0, recall: 0 };
      return rowMetric(
        (prediction, example) => {
          const { predicted, reference } = compared(prediction, example, options);
          const { precision, recall } = scoreOf(match(rougeWords(predicted), rougeWords(reference)));
          sum.precision += precision;
          sum.recall += recall;
          return fScore(precision, recall);
        },
        (rows) => summarise(rows, sum),
      );
    },
  };
}

/** F1 of two texts by word n-grams or the longest common subsequence. */
export function rougeScore(variant: number | 'L', predicted: string, reference: string): number {
  const [words, others] = [rougeWords(predicted), rougeWords(reference)];
  const { precision, recall } = scoreOf(
    variant === 'L' ? commonSubsequence(words, others) : commonGrams(words, others, variant),
  );
  return fScore(precision, recall);
}

export const rouge1 = defineRouge('1');
export const rouge2 = defineRouge('2');
export const rougeL = defineRouge('L');

function summarise(rows: RowValues, sum: Score) {
  const details = { rows: rows.count, precision: sum.precision / rows.count, recall: sum.recall / rows.count };
  return { value: rows.mean(), details };
}

export function rougeWords(text: string): string[] {
  return text.toLowerCase().match(/[\p{L}\p{M}\p{N}]+/gu) ?? [];
}

function scoreOf({ common, predicted, reference }: Matches): Score {
  return { precision: predicted === 0 ? 0 : common / predicted, recall: reference === 0 ? 0 : common / reference };
}

function commonGrams(predicted: string[], reference: string[], order: number): Matches {
  const size = (words: string[]) => Math.max(0, words.length - order + 1);
  const common = overlap(wordGrams(predicted, order), wordGrams(reference, order));
  return { common, predicted: size(predicted), reference: size(reference) };
}

function commonSubsequence(predicted: string[], reference: string[]): Matches {
  return { common: longestCommon(predicted, reference), predicted: predicted.length, reference: reference.length };
}
