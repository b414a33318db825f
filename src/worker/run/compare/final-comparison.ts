import { AttuneError } from '../../../base/errors.ts';
import { sampledRows } from '../../../eval/compare/sampled-rows.ts';
import { writeComparison, writeSamples, type Comparison } from '../../../store/results.ts';
import type { Recipe } from '../../../train/recipe.ts';
import { writeModelCard } from '../result-card.ts';
import { freeTraining, type PreparedRun } from '../training-run.ts';
import { runComparison } from './run-comparison.ts';
import type { SystemSpec } from './systems/system-spec.ts';

/**
 * A run's ending: the result as it was written against what one has without training, on the rows kept for test. The
 * memory of training is freed first, so the run cannot go on after this. What fails here is told as a warning: the
 * result is there.
 */
export async function compareResult(run: PreparedRun, result: string): Promise<void> {
  const { recipe, folder, emit, signal } = run.context;
  if (recipe.evaluation.baselines === 'none') return;
  const notCompared = (message: string) => emit({ type: 'warning-raised', code: 'W_NOT_COMPARED', message });
  if (run.test.length === 0)
    return notCompared(
      'no rows are kept for test, so nothing says whether the result is better than its base; set data.test',
    );
  freeTraining(run);
  try {
    const { train, validation } = run.loaded.splits;
    const { max_rows: most, max_new_tokens: room } = recipe.evaluation;
    const { seed } = recipe.training;
    const test = sampledRows(run.test, most, seed);
    const rows = { train, validation, test, split: 'test', available: run.test.length };
    const maxNewTokens = room === 'auto' ? undefined : room;
    const specs = systemsOf(recipe, { result, base: run.base });
    const compared = await runComparison(specs, rows, { emit, signal, seed, maxNewTokens });
    writeComparison(folder, compared.comparison);
    writeSamples(folder, compared.samples);
    writeModelCard(folder, result);
    emit({ type: 'comparison-finished', ...told(compared.comparison) });
  } catch (error) {
    if (signal.aborted) return notCompared('stopped before the result was compared; attune compare does it later');
    if (!(error instanceof AttuneError)) throw error;
    notCompared(`the result could not be compared: ${error.message}`);
  }
}

/** What of a comparison goes into a run's events. */
export function told({ split, rows, metric, verdict, sentence }: Comparison) {
  return { split, rows, metric, verdict, sentence };
}

/** The tuned model first, its base, and what else the recipe names. */
export function systemsOf(recipe: Recipe, models: { result: string; base: string }): SystemSpec[] {
  const { baselines, instruction } = recipe.evaluation;
  const wanted = baselines === 'auto' ? ['cheap'] : baselines;
  const base = { source: 'model', target: models.base, isOptional: true } as const;
  const specs: SystemSpec[] = [
    { source: 'model', name: 'tuned', title: 'tuned', kind: 'tuned', target: models.result, asking: { how: 'plain' } },
    { ...base, name: 'base', title: 'base', kind: 'base', asking: { how: 'plain' } },
  ];
  const told = instruction ?? undefined;
  if (wanted.includes('prompted')) {
    specs.push({
      ...base,
      name: 'prompted',
      title: 'base, told the task',
      kind: 'prompted',
      asking: { how: 'prompted', instruction: told },
    });
  }
  if (wanted.includes('few_shot')) {
    specs.push({
      ...base,
      name: 'few_shot',
      title: 'base, shown examples',
      kind: 'few_shot',
      asking: { how: 'few_shot', instruction: told },
    });
  }
  if (wanted.includes('cheap')) specs.push({ source: 'cheap' });
  return specs;
}
