import type { Progress } from './progress/index.ts';
import type { Terminal } from './terminal.ts';

/** The terminal that a command was called from. */
export interface Console {
  readonly isJson: boolean;
  /** Someone can answer questions. */
  readonly isInteractive: boolean;
  /** Requested output; silent with `--json`. */
  readonly out: Terminal;
  /** Progress and remarks: standard error. */
  readonly log: Terminal;
  /** Shows a run's events on standard error until `close`. */
  progress(): Progress;
  /** From now on the first Ctrl-C asks for a stop and only the second one kills. `advice` is what is said then. */
  stopSignal(advice: string | (() => string)): AbortSignal;
}
