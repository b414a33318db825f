import { defineRegistry } from '../../base/registry.ts';
import type { Model } from '../../models/model.ts';
import type { Tuning } from '../../train/interfaces.ts';

export interface TuningContext {
  seed: number;
  /** Tokens whose rows have to be trained, new ones among them. */
  tokens?: readonly number[];
}

/** One choice of which weights move. */
export interface TuningMethod {
  create(model: Model, options: never, context: TuningContext): Tuning;
}

export const tunings = defineRegistry<TuningMethod, 'lora' | 'full' | 'freeze'>('tuning', 'E_UNKNOWN_TUNING', {
  lora: () => import('./lora.ts'),
  full: () => import('./full.ts'),
  freeze: () => import('./freeze.ts'),
});
