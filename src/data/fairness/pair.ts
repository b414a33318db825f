/** Two rows that differ in the group of the people mentioned, as two lines of a file, the original first. */
import type { Axis } from './axes.ts';
import type { Change } from './edits.ts';

/** The column by which the rows of a pair are known. */
export const PAIR = 'counterfactual';

export interface PairColumn {
  /** The same for both rows: the line that they were made of, and the axis. */
  pair: string;
  side: 'original' | 'changed';
  axis: Axis;
  /** The group that this row speaks of: `female`, `italian`; `mixed` where it is several. */
  group: string;
  changes: readonly Change[];
}
