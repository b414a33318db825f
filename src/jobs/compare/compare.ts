import type { Compared } from '../../evaluation/compare/compare.ts';
import type { ReferenceHashes } from '../../training/reference.ts';
import type { JobContext } from '../../base/job.ts';
import { readRows, type RowsWanted } from './compared-rows.ts';
import { learnsFromRewards } from './rewarded-answers.ts';
import { runComparison } from './run-comparison.ts';
import type { OpenOptions } from '../../answering/model/open-model.ts';
import { loadMetrics, type WrittenMetric } from '../evaluate/recipe-metrics.ts';
import type { SystemSpec } from './systems/system-spec.ts';

export interface CompareInput {
  /** The judged system comes first. */
  systems: readonly SystemSpec[];
  rows: RowsWanted;
  metrics?: readonly WrittenMetric[];
  /** Hashes of user-defined metrics, as far as they are known. */
  references?: ReferenceHashes;
  maxNewTokens?: number;
  precision?: OpenOptions['precision'];
  keepSeen?: boolean;
}

/** Answers the same rows with all systems and compares the first with the others. */
export async function run(
  { systems, rows, metrics, references, maxNewTokens, precision, keepSeen }: CompareInput,
  context: JobContext,
): Promise<Compared> {
  const { emit, signal } = context;
  const specs = metrics && (await loadMetrics(metrics, references));
  const compared = await readRows(rows, context);
  const policy = rows.recipes.slice(0, 1).find(learnsFromRewards);
  const options = { emit, signal, metrics: specs, maxNewTokens, precision, keepSeen, policy, seed: rows.seed };
  return runComparison(systems, compared, options);
}
