/** Similarity of two texts, from 0 to 1. */
import { bleuCounts, bleuScore, tokens13a } from '../metrics/bleu.ts';
import { characters } from '../metrics/edit-distance.ts';
import { overlap, wordGrams } from '../metrics/n-grams.ts';
import { longestCommon } from '../metrics/longest-common.ts';
import { rougeScore, rougeWords } from '../metrics/rouge.ts';
import type { Similarity } from './grader.options.ts';

export function similarity(kind: Similarity, text: string, reference: string): number {
  if (kind === 'fuzzy_match') return fuzzyMatch(characters(text), characters(reference));
  if (kind === 'bleu') return bleuScore(bleuCounts(text, [reference]), { effectiveOrder: true }) / 100;
  if (kind === 'gleu') return gleu(tokens13a(text), tokens13a(reference));
  return rougeScore(kind === 'rouge_l' ? 'L' : Number(kind.slice('rouge_'.length)), text, reference);
}

/** Twice the longest common subsequence divided by the sum of the lengths: RapidFuzz's ratio. */
function fuzzyMatch(a: readonly string[], b: readonly string[]): number {
  if (a.length + b.length === 0) return 1;
  return (2 * longestCommon(a, b)) / (a.length + b.length);
}

/** Number of character or word comparisons needed; other measures need a few per character. */
export function comparisonsOf(kind: Similarity, text: string, reference: string): number {
  if (kind === 'fuzzy_match') return text.length * reference.length;
  if (kind === 'rouge_l') return rougeWords(text).length * rougeWords(reference).length;
  return COMPARISONS_OF_GRAMS * (text.length + reference.length);
}

const COMPARISONS_OF_GRAMS = 10;

const ORDERS = [1, 2, 3, 4];

/** The minimum of precision and recall over all n-grams up to four words (Wu et al., 2016). */
function gleu(words: readonly string[], reference: readonly string[]): number {
  const count = (length: number) => ORDERS.reduce((sum, order) => sum + Math.max(0, length - order + 1), 0);
  const common = ORDERS.reduce((sum, order) => sum + overlap(wordGrams(words, order), wordGrams(reference, order)), 0);
  const most = Math.max(count(words.length), count(reference.length));
  return most === 0 ? 0 : common / most;
}
