import type { Kind } from './kinds.ts';

/** A span that is personal data. Positions are UTF-16 units, the end is exclusive. */
export interface Finding {
  start: number;
  end: number;
  kind: Kind;
  score: number;
  /** The recogniser that found it. */
  recogniser: string;
}
