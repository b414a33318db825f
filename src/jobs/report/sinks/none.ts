import type { RunSink } from '../../../store/run-sink.ts';

/** `report_to: none`, as in other tools' recipes: nothing beyond the run's own folder. */
export function open(): RunSink {
  return { record: () => undefined, close: () => undefined };
}
