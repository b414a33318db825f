import type { CounterfactualResults } from '../../evaluation/assessments/counterfactuals.ts';
import type { JobContext } from '../../base/job.ts';
import { readPairs, type PairsWanted } from './read-pairs.ts';
import { readFitted, type RowsWanted } from './compared-rows.ts';
import { runCounterfactuals } from './run-counterfactuals.ts';
import { loadMetrics } from '../evaluate/recipe-metrics.ts';
import type { CompareInput } from './compare.ts';

export interface CounterfactualInput extends Omit<CompareInput, 'rows' | 'keepSeen'> {
  pairs: PairsWanted;
  rows: Pick<RowsWanted, 'train' | 'recipes' | 'allowOverlap'>;
}

/** Answers pairs of rows that differ only in a group, with every system. */
export async function run(
  { systems, pairs: wanted, rows, metrics, references, maxNewTokens, precision }: CounterfactualInput,
  context: JobContext,
): Promise<CounterfactualResults> {
  const { emit, signal } = context;
  const specs = metrics && (await loadMetrics(metrics, references));
  emit({ type: 'phase-started', phase: 'data', message: `reading the pairs of ${wanted.path}` });
  const { pairs, available } = await readPairs(wanted, signal);
  const originals = pairs.map(({ original }) => original);
  const fitted = await readFitted({ ...rows, test: originals }, context);
  return runCounterfactuals(
    systems,
    { ...fitted, pairs, split: wanted.path, available },
    { emit, signal, metrics: specs, maxNewTokens, precision, seed: wanted.seed },
  );
}
