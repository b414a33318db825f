import { defineRegistry } from '../../base/registry.ts';
import type { Trainable, Update } from '../../train/interfaces.ts';

/** One way to turn gradients into a step. */
export interface UpdateMethod {
  create(trainables: readonly Trainable[], options: never): Update;
}

export const updates = defineRegistry<UpdateMethod, 'adamw'>('optimizer', 'E_UNKNOWN_OPTIMIZER', {
  adamw: () => import('./adamw.ts'),
});
