import type { EventSink } from './events.ts';

/** Callbacks and signal that every use case takes in addition to its options. */
export interface Call {
  /** Receives phases, progress and warnings. */
  onEvent: EventSink;
  /** Aborted to stop the work. */
  signal: AbortSignal;
  /** Receives remarks, one line each. */
  onNotice: (notice: string) => void;
}
