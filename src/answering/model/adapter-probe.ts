import { AttuneError } from '../../base/errors.ts';
import type { Model } from '../../models/model.ts';
import { layoutOfRows } from '../../engine/nn/index.ts';
import { fromArray, noGrad, scope } from '../../engine/tensor/index.ts';

/**
 * A few tokens with their log-probabilities under the tuned model, to detect an adapter that loads but computes
 * something else.
 */
export interface Probe {
  ids: number[];
  /** Log-probability of each id except the first, given the ids before it. */
  log_probs: number[];
  dtype: string;
}

const MAX_TOKENS = 64;

/** Scores the first tokens of a row; undefined for models other than causal language models. */
export function takeProbe(model: Model, row: ArrayLike<number>): Probe | undefined {
  if (model.task !== 'causal-lm' || row.length < 2) return undefined;
  const ids = Array.from(row).slice(0, MAX_TOKENS);
  return { ids, log_probs: logProbsOf(model, ids), dtype: model.dtype };
}

function logProbsOf(model: Model, ids: readonly number[]): number[] {
  return noGrad(() =>
    scope(() => {
      const all = BigInt64Array.from(ids, BigInt);
      const hidden = model.hidden({ ids: all, layout: layoutOfRows([ids.length], { causal: true }) });
      const targets = fromArray(all.slice(1)).toDevice(model.device);
      return model.tokenHead.tokenLogProbs(hidden.narrow(0, 0, ids.length - 1), targets).logProbs.toNumbers();
    }),
  );
}

/** bf16 has three significant digits, so another compute type than in training shifts values by that much. */
const TOLERANCE = { same: 0.02, other: 0.15 };

/** Rejects a result whose probe scores differ from the saved ones. @throws E_PROBE_MISMATCH */
export function checkProbe(model: Model, probe: Probe, folder: string): void {
  const now = logProbsOf(model, probe.ids);
  const difference = now.reduce((sum, value, i) => sum + Math.abs(value - probe.log_probs[i]), 0) / now.length;
  const limit = probe.dtype === model.dtype ? TOLERANCE.same : TOLERANCE.other;
  if (difference <= limit) return;
  throw new AttuneError('E_PROBE_MISMATCH', {
    what: `${folder} no longer gives the outputs recorded when it was saved`,
    got: `log-probabilities of its probe differ by ${difference.toFixed(3)} on average`,
    expected: `at most ${limit}`,
    fix: 'the base model or the adapter has changed: use the base model named in attune.json',
  });
}
