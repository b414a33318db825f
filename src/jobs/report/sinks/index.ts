import { defineRegistry } from '../../../base/registry.ts';
import type { RunSink } from '../../../store/run-sink.ts';

/** Interface of the files in this folder: opens a sink for the events of the run in `folder`. */
export interface SinkModule {
  open(folder: string): RunSink;
}

/** Values of a recipe's `report_to`. */
export const sinks = defineRegistry<SinkModule, 'none' | 'tensorboard'>('monitor', 'E_UNKNOWN_MONITOR', {
  none: () => import('./none.ts'),
  tensorboard: () => import('./tensorboard.ts'),
});
