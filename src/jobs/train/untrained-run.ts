/** Parts shared by runs without training steps: reading rows, metrics of the validation rows, notes on the result. */
import { table } from '../../base/table.ts';
import type { EventSink, Metrics } from '../../base/events.ts';
import type { LoadedData } from '../../data/index.ts';
import { describeMetrics, scoreWhereGiven } from '../../evaluation/compare/scored.ts';
import { computableOn, suitableMetrics } from '../../evaluation/compare/suitable-metrics.ts';
import type { Prediction } from '../../scoring/predictor.ts';
import { newRunId } from '../../store/run-folder.ts';
import type { Recipe } from '../../training/recipe/recipe.ts';
import type { JobContext } from '../../base/job.ts';
import { loadRunData, reportFewTestRows } from '../rows/load-run-data.ts';
import { recipeMetrics } from '../evaluate/recipe-metrics.ts';
import { thresholdWish } from '../compare/label-meaning.ts';
import type { FinishedRun } from './run-context.ts';

export type UntrainedRun = FinishedRun & { loaded: LoadedData };

/** Not trained in steps. */
export const UNTRAINED = { training: null, advice: null };
export const STEP = 0;

/** Announces the run and reads its rows. */
export async function readUntrained(
  recipe: Recipe,
  { emit, signal, folder = recipe.output_dir }: JobContext,
): Promise<UntrainedRun> {
  const identity = { node: process.version, platform: `${process.platform} ${process.arch}` };
  const told = untrainedRecipe(recipe);
  emit({ type: 'run-started', run: newRunId(), folder, base: process.cwd(), recipe: told, identity });
  const names = recipe.data.train.map(({ path }) => path).join(', ');
  emit({ type: 'phase-started', phase: 'data', message: `reading ${names}` });
  const metrics = await recipeMetrics(recipe);
  const loaded = await loadRunData(recipe, { emit, signal });
  tellData(loaded, emit);
  return { context: { recipe, folder, emit, signal }, loaded, metrics };
}

/** The parts of a recipe that apply without weights, steps or checkpoints. */
export function untrainedRecipe(recipe: Recipe): object {
  const { tuning: _tuning, storage: _storage, checkpoints: _checkpoints, objective, training, ...rest } = recipe;
  const { threshold = null, costs = null } = thresholdWish(objective);
  const decides = threshold !== null || costs !== null;
  return { ...rest, ...(decides && { objective }), training: { seed: training.seed } };
}

/** Reports the data without token counts, since nothing is tokenised. */
function tellData({ report, splits }: LoadedData, emit: EventSink): void {
  emit({
    type: 'data-prepared',
    format: [...new Set(report.files.map(({ format }) => format))].join(', '),
    rows: { train: splits.train.length, validation: splits.validation.length, test: splits.test.length },
    inputTokens: 0,
    lossTokens: 0,
    lengths: { min: 0, median: 0, p95: 0, max: 0 },
    truncated: 0,
    dropped: 0,
    hashes: report.hashes,
  });
  reportFewTestRows(splits.test, emit);
}

/** The recipe's metrics, or those that suit the answers, as far as the predictions provide their input. */
export async function validationMetrics(
  { loaded, metrics }: UntrainedRun,
  predictions: readonly Prediction[],
): Promise<Metrics> {
  const { train, validation } = loaded.splits;
  if (validation.length === 0) return {};
  const found: Metrics = table({});
  const specs = metrics ?? computableOn(suitableMetrics(train), validation);
  const described = await describeMetrics(specs);
  for (const [i, spec] of specs.entries()) {
    if (described[i].isTable === true) continue;
    const [score] = await scoreWhereGiven(predictions, validation, spec);
    if (score !== undefined && Number.isFinite(score.value)) found[score.name] = score.value;
  }
  return found;
}
