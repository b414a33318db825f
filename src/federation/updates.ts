import type { Weights } from './weights.ts';

/** A site's trained weights. */
export interface Update {
  /** Rows trained on: the site's share of the average. */
  examples: number;
  weights: Weights;
}

export interface Averaged {
  weights: Weights;
  /** Relative error of the weights against the exact average; 0 for exact strategies. */
  error: number;
}
