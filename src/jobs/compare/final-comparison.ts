import { writeAssessment } from '../../evaluation/assessments/assessment-files.ts';
import { AttuneError } from '../../base/errors.ts';
import { sampledRows, USUAL_ROWS } from '../../evaluation/compare/sampled-rows.ts';
import { parametersOf } from '../../models/base-facts.ts';
import { writeSamples } from '../../store/samples.ts';
import { modelFolder } from '../../answering/model/base-model.ts';
import { writeModelCard } from '../train/result/result-card.ts';
import type { SettledTraining } from '../../methods/recipe/base-recipe.ts';
import type { FinishedRun } from '../train/run-context.ts';
import { warnOfEndless } from './answer-lengths.ts';
import { meaningOf } from './label-meaning.ts';
import { rowsWithinBudget } from './row-budget.ts';
import { learnsFromRewards } from './rewarded-answers.ts';
import { runComparison } from './run-comparison.ts';
import type { SystemSpec } from './systems/system-spec.ts';
import { warnOfWeakQuestions } from './warn-of-weak-questions.ts';

/** Systems to compare. */
interface Contest {
  /** The folder of the run's result. */
  result: string;
  /** The result comes first. */
  systems: readonly SystemSpec[];
  /** Absent for systems that are not trained in steps. */
  training?: SettledTraining;
  /** Whether the sampled reward stayed flat in training. */
  isFlat?: boolean;
}

/** Without the model's files no estimate is possible. */
async function affordable({ context, loaded }: FinishedRun, settled: SettledTraining | undefined): Promise<number> {
  if (settled === undefined) return USUAL_ROWS;
  const { model, objective } = context.recipe;
  const training = { ...settled, max_steps: context.recipe.training.max_steps };
  const writes = ['sft', 'seq2seq', 'pretrain'].includes(objective.name);
  const parameters = writes ? await parametersOf(modelFolder(model)) : 0;
  const { train, test } = loaded.splits;
  return rowsWithinBudget({ training, train, test, parameters });
}

/** Reports that fewer rows than usual are compared. */
function reportSample(rows: number, { context, loaded: { splits } }: FinishedRun): void {
  const { test } = splits;
  if (context.recipe.evaluation.max_rows !== 'auto' || rows >= Math.min(test.length, USUAL_ROWS)) return;
  const message = `comparing on ${rows} of ${test.length} test rows, because generating more answers would take long (evaluation.max_rows)`;
  context.emit({ type: 'phase-started', phase: 'evaluate', message });
}

/**
 * Final step of a run: compares the result with the base model and cheap systems on the test rows. A failure becomes a
 * warning, since the result already exists. The memory of training has been freed before. `recordWording` reports the
 * verdict.
 */
export async function compareResult(run: FinishedRun, { result, systems, training, isFlat }: Contest): Promise<void> {
  const { recipe, folder, emit, signal } = run.context;
  if (recipe.evaluation.baselines === 'none') return;
  const notCompared = (message: string) => emit({ type: 'warning-raised', code: 'W_NOT_COMPARED', message });
  const { train, validation, test: available } = run.loaded.splits;
  if (available.length === 0)
    return notCompared(
      'there are no test rows, so it is unknown whether the result is better than its base; set data.test',
    );
  try {
    const { max_rows: most, max_new_tokens: room, exclude_seen: excludesSeen } = recipe.evaluation;
    const { seed } = recipe.training;
    const test = sampledRows(available, most === 'auto' ? await affordable(run, training) : most, seed);
    reportSample(test.length, run);
    const meaning = meaningOf(recipe);
    const rows = { train, validation, test, typical: train, split: 'test', available: available.length, meaning };
    const maxNewTokens = room === 'auto' ? undefined : room;
    const keepSeen = !excludesSeen;
    const policy = learnsFromRewards(recipe) ? recipe : undefined;
    const options = { emit, signal, seed, maxNewTokens, keepSeen, metrics: run.metrics, policy, isFlat };
    const compared = await runComparison(systems, rows, options);
    writeAssessment(folder, 'comparison', compared.comparison);
    writeSamples(folder, compared.samples);
    writeModelCard(folder, result);
    await warnOfEndless(compared.comparison, { recipe, result, emit });
    warnOfWeakQuestions(compared.comparison, { emit });
  } catch (error) {
    if (signal.aborted) return notCompared('stopped before the result was compared; run attune compare later');
    // Even a bug here must not lose a finished training.
    const { message, stack = message } = error as Error;
    notCompared(`the result could not be compared: ${error instanceof AttuneError ? message : stack}`);
  }
}
