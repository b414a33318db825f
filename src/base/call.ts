import type { EventSink } from './events.ts';

/** Taken by every call of a use case, next to its options. */
export interface Call {
  /** Receives phases, progress and warnings. */
  onEvent: EventSink;
  /** Asks to stop. */
  signal: AbortSignal;
  /** Receives remarks, one line each. */
  onNotice: (notice: string) => void;
}
