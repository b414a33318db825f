import type { Compared } from '../../eval/compare/compare.ts';
import type { MetricSpec } from '../../eval/metrics/index.ts';
import type { JobContext } from '../job.ts';
import { readRows, type RowsWanted } from '../run/compare/read-rows.ts';
import { runComparison } from '../run/compare/run-comparison.ts';
import type { SystemSpec } from '../run/compare/systems/system-spec.ts';

export interface CompareInput {
  /** The one that is judged first. */
  systems: readonly SystemSpec[];
  rows: RowsWanted;
  metrics?: readonly MetricSpec[];
  maxNewTokens?: number;
}

/** Lets systems answer the same rows and judges the first of them by the others. */
export async function run(
  { systems, rows, metrics, maxNewTokens }: CompareInput,
  context: JobContext,
): Promise<Compared> {
  const { emit, signal } = context;
  const compared = await readRows(rows, context);
  return runComparison(systems, compared, { emit, signal, metrics, maxNewTokens, seed: rows.seed });
}
