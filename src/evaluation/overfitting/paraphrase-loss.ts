import type { ParaphraseLoss } from '../assessments/overfitting.ts';
import type { Likelihood } from '../../scoring/predictor.ts';
import { Resampling, spreadInterval } from '../../scoring/statistics/index.ts';

/** Likelihood of one row's answer after its original prompt and after a paraphrase. */
export interface ReadTwice {
  original: Likelihood;
  rephrased: Likelihood;
}

/** One row read by the untuned and by the tuned model. */
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
 * Extra cost of paraphrases for the tuned model over the untuned one on the same rows, in nats per token. A difference
 * in differences, since rule-based wording is less likely under any model. Undefined with fewer than two rows or
 * groups, which have no variance.
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

/** Nats per token for any selection of rows. */
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
