import type { Example } from '../../data/example.ts';
import type { StoredArrays } from '../../engine/tensor/array-file.ts';
import type { Predictor } from '../../scoring/predictor.ts';
import type { Baseline, FitOptions } from './baseline.ts';

/** Saved state of a baseline: plain JSON, and arrays of numbers. */
export interface LearntState {
  values: Readonly<Record<string, unknown>>;
  arrays: StoredArrays;
}

/** A baseline that can be kept: trained by a recipe, written to a folder, and opened again. */
export interface KeptBaseline extends Baseline {
  /** Whether what it learns are the training rows themselves. */
  holdsRows?: true;
  learn(train: readonly Example[], options?: FitOptions): Promise<LearntState>;
  /** Answers as the fitted one does, to the bit. */
  open(state: LearntState): Predictor;
}

/** A baseline is fitted by being opened with what it has just learnt, so that the two cannot differ. */
export function keptBaseline(parts: Omit<KeptBaseline, 'fit'>): KeptBaseline {
  return { ...parts, fit: async (train, options) => parts.open(await parts.learn(train, options)) };
}

export function isKept(baseline: Baseline): baseline is KeptBaseline {
  return 'learn' in baseline && 'open' in baseline;
}
