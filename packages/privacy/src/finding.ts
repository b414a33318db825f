import type { Kind } from './kinds.ts';

/** A stretch that is personal data. Positions are UTF-16 units, the end not included. */
export interface Finding {
  start: number;
  end: number;
  kind: Kind;
  score: number;
  /** Which recogniser said so. */
  recogniser: string;
}
