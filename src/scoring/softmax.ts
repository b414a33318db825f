import { greatest } from '../base/many.ts';

/** Softmax of logits or log-probabilities; a temperature below 1 sharpens it, above 1 flattens it. */
export function softmax(logits: readonly number[], temperature = 1): number[] {
  const highest = greatest(logits);
  const weights = logits.map((logit) => Math.exp((logit - highest) / temperature));
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return weights.map((weight) => weight / sum);
}
