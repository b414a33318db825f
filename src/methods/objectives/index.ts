import { defineRegistry } from '../../base/registry.ts';
import type { Objective, Processor } from '../../train/interfaces.ts';

/** One thing to optimise. */
export interface ObjectiveMethod {
  create(options: never, processor: Processor): Objective;
}

export const objectives = defineRegistry<ObjectiveMethod, 'sft' | 'pretrain' | 'classification'>(
  'objective',
  'E_UNKNOWN_OBJECTIVE',
  {
    sft: () => import('./sft.ts'),
    pretrain: () => import('./pretrain.ts'),
    classification: () => import('./classification.ts'),
  },
);
