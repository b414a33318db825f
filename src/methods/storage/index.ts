import { defineRegistry } from '../../base/registry.ts';
import type { Model } from '../../models/model.ts';
import type { Storage } from '../../train/interfaces.ts';

/** One way to keep weights that do not move. */
export interface StorageMethod {
  /** `when`: the passes in which it counts. What is measured of a run is measured on the weights themselves. */
  create(model: Model, when: 'training' | 'always'): Storage;
}

export type StorageName = 'dense' | 'int8_forward' | 'int8_switchback';

export const storages = defineRegistry<StorageMethod, StorageName>('storage', 'E_UNKNOWN_STORAGE', {
  dense: () => import('./dense.ts'),
  int8_forward: () => import('./int8-forward.ts'),
  int8_switchback: () => import('./int8-switchback.ts'),
});
