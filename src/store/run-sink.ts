import type { StampedEvent } from '../base/events.ts';

/** A consumer of a run's events: the index, TensorBoard, the report. A failure never ends the run. */
export interface RunSink {
  record(event: StampedEvent): void;
  /** Called after the last event; everything is written when it returns. */
  close(): void | Promise<void>;
}
