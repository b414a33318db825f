import type { Example } from '../data/example.ts';

/** Number of ranks that are kept. */
export const KEPT = 100;

/** The texts to search: the distinct positives and negatives of all rows, sorted. */
export function collectionOf(examples: readonly Example[]): string[] {
  const texts = examples.flatMap((one) => (one.kind === 'pair' ? [one.positive, ...one.negatives] : []));
  return [...new Set(texts)].toSorted();
}
