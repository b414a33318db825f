import { defineRegistry } from '../../../base/registry.ts';
import type { RunSink } from '../../../store/run-sink.ts';

/** A file in this folder: opens what follows the run in `folder`. */
export interface SinkModule {
  open(folder: string): RunSink;
}

/** The names that a recipe's `report_to` may hold. */
export const sinks = defineRegistry<SinkModule, 'none' | 'tensorboard'>('monitor', 'E_UNKNOWN_MONITOR', {
  none: () => import('./none.ts'),
  tensorboard: () => import('./tensorboard.ts'),
});
