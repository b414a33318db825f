import type { Progress } from './progress/index.ts';
import type { Terminal } from './terminal.ts';

/** The terminal in which a command runs. */
export interface Console {
  readonly isJson: boolean;
  /** Whether a user can answer questions. */
  readonly isInteractive: boolean;
  /** Requested output; silent with `--json`. */
  readonly out: Terminal;
  /** Progress and notices, on standard error. */
  readonly log: Terminal;
  /** Shows a run's events on standard error until it is closed. */
  progress(): Progress;
  /** Turns the first Ctrl-C into a request to stop, so that only the second one kills. `advice` is printed at the first one. */
  stopSignal(advice: string | (() => string)): AbortSignal;
}
