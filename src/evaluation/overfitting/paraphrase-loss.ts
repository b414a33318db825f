import type { ParaphraseLoss } from '../assessments/overfitting.ts';
import type { Likelihood } from '../../scoring/predictor.ts';
import { Resampling, spreadInterval } from '../../scoring/statistics/index.ts';

/** How likely one row's answer is after its own prompt and after the same in other words. */
export interface ReadTwice {
  original: Likelihood;
  rephrased: Likelihood;
}

/** One row as the untuned and the tuned model read it. */
export interface ParaphrasedRow {
  base: ReadTwice;
  tuned: ReadTwice;
  group?: string;
}

export interface ParaphraseOptions {
  /** Default 0.95. */
  confidence?: number;
  seed?: number;
}

const RESAMPLES = 5000;
const KINDS = ['base', 'tuned'] as const;
const FORMS = ['original', 'rephrased'] as const;

/**
 * Cost of paraphrases for the tuned model beyond their cost for the untuned one on the same rows, in nats per token:
 * a difference in differences, since rule-based wording is less likely for any model. Undefined with fewer than two
 * rows or groups, which have no variance.
 */
export function paraphraseLoss(
  rows: readonly ParaphrasedRow[],
  { confidence = 0.95, seed = 0 }: ParaphraseOptions = {},
): ParaphraseLoss | undefined {
  if (rows.length < 2) return undefined;
  const clusters = rows.map(({ group }, row) => (group === undefined ? `row ${row}` : `group ${group}`));
  const resampling = new Resampling(rows.length, { clusters, resamples: RESAMPLES, seed });
  const losses = KINDS.map((kind) => FORMS.map((form) => lossOf(rows.map((row) => row[kind][form]))));
  const excessOf = (indices: Uint32Array) => {
    const [base, tuned] = losses.map(([original, rephrased]) => rephrased(indices) - original(indices));
    return tuned - base;
  };
  const { estimate, low, high } = spreadInterval(resampling.spread(excessOf), { confidence });
  if (!Number.isFinite(low) || !Number.isFinite(high)) return undefined;
  const all = Uint32Array.from(rows.keys());
  const [base, tuned] = losses.map(([original, rephrased]) => ({
    original: original(all),
    rephrased: rephrased(all),
  }));
  return { rows: rows.length, base, tuned, excess: estimate, low, high };
}

/** Nats a token over any choice of rows. */
function lossOf(rows: readonly Likelihood[]): (indices: Uint32Array) => number {
  return (indices) => {
    let [nats, tokens] = [0, 0];
    for (let i = 0; i < indices.length; i++) {
      nats += rows[indices[i]].negativeLogLikelihood;
      tokens += rows[indices[i]].tokens;
    }
    return nats / tokens;
  };
}
