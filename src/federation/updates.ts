import { AttuneError } from '../base/errors.ts';
import type { Weights } from './weights.ts';

/** A site's trained weights. */
export interface Update {
  /** Number of training rows, which weights the site in the average. */
  examples: number;
  weights: Weights;
}

export interface Averaged {
  weights: Weights;
  /** Relative error of the weights against the exact average; 0 for exact strategies. */
  error: number;
}

/** @throws AttuneError E_FEDERATED_WEIGHTS */
export function requireExamples(metrics: Readonly<Record<string, number>>, site: string): number {
  const examples = metrics['num-examples'];
  if (Number.isSafeInteger(examples) && examples > 0) return examples;
  throw new AttuneError('E_FEDERATED_WEIGHTS', {
    what: `The weights of site ${site} cannot be averaged`,
    got: `num-examples ${examples}`,
    expected: 'the number of its rows',
  });
}
