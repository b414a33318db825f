/** A counterfactual pair as two lines of a file, the original first. */
import type { Axis } from './axes.ts';
import type { Change } from './edits.ts';

/** The column that identifies the rows of a pair. */
export const PAIR = 'counterfactual';

export interface PairColumn {
  /** Shared by both rows: the original line, and the axis. */
  pair: string;
  side: 'original' | 'changed';
  axis: Axis;
  /** Group in this row: `female`, `italian`; `mixed` for several. */
  group: string;
  changes: readonly Change[];
}
