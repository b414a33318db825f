import type { Example } from '../../data/example.ts';
import type { StoredArrays } from '../../engine/tensor/array-file.ts';
import type { Predictor } from '../../scoring/predictor.ts';
import type { Baseline, FitOptions } from './baseline.ts';

/** Saved state of a baseline: JSON values and numeric arrays. */
export interface LearntState {
  values: Readonly<Record<string, unknown>>;
  arrays: StoredArrays;
}

/** A baseline that a recipe can train, save to a folder and reopen. */
export interface KeptBaseline extends Baseline {
  /** Whether its state contains the training rows themselves. */
  holdsRows?: true;
  learn(train: readonly Example[], options?: FitOptions): Promise<LearntState>;
  /** Restores the predictor; its answers equal the fitted one's bit for bit. */
  open(state: LearntState): Predictor;
}

/** Fits a baseline by opening its freshly learnt state, so that a fitted and a reopened one cannot differ. */
export function keptBaseline(parts: Omit<KeptBaseline, 'fit'>): KeptBaseline {
  return { ...parts, fit: async (train, options) => parts.open(await parts.learn(train, options)) };
}

export function isKept(baseline: Baseline): baseline is KeptBaseline {
  return 'learn' in baseline && 'open' in baseline;
}
