import { rmSync } from 'node:fs';
import { temporaryFolder } from '../../files/temporary.ts';
import { parametersOf } from '../../models/base-facts.ts';
import { tokensOf } from '../../answering/tasks/rows/prepared-rows.ts';
import { MOST_TRIALS, tryRates } from '../../training/rate-trials.ts';
import { newTrainerState, readTensors } from '../../training/trainer-state.ts';
import type { RunContext } from './run-context.ts';
import type { RunPlan } from './run-plan.ts';
import type { TrainingRun } from './training-run.ts';

/** Operations that trials may use in any run: about a minute on two cores. */
const FREE_OPERATIONS = 5e12;
/** Maximum share of the run's steps in longer runs. */
const MOST_OF_RUN = 0.1;
const MOST_STEPS = 50;
const FEWEST_STEPS = 4;

/** Whether the recipe asks for trials and none were made yet. */
export function needsTrials({ recipe, earlier }: RunContext): boolean {
  return recipe.training.learning_rate === 'auto' && earlier === undefined;
}

/** Finds the rate by short trials, and restores weights and moments bit for bit. */
export async function findLearningRate(run: TrainingRun): Promise<void> {
  const { parts, plan, rows } = run;
  const { emit, folder, signal } = rows.context;
  const around = run.constants.training.learning_rate;
  const steps = await stepsOfTrial(plan);
  const message = `trying learning rates around ${around}, ${steps} steps each`;
  emit({ type: 'phase-started', phase: 'preflight', message });
  // Saved to a file, since resuming from a checkpoint is bit-exact.
  const start = temporaryFolder('start', folder);
  try {
    run.write(start, newTrainerState());
    const found = await tryRates(parts, plan.options, {
      around,
      steps,
      restore: () => readTensors(start, parts),
      onStep: (trial, step) =>
        emit({ type: 'work-advanced', phase: 'preflight', done: trial * steps + step, unit: 'trial steps' }),
      signal,
    });
    run.settleRate(found.chosen);
    emit({ type: 'rates-tried', ...found });
  } finally {
    rmSync(start, { recursive: true, force: true });
  }
}

/** Based on the amount of work rather than on time, so that a recipe has the same trials on every machine. */
async function stepsOfTrial({ tuned: { rows }, options, sampler }: RunPlan): Promise<number> {
  const tokens = rows.train.rows.reduce((sum, row) => sum + tokensOf(row), 0);
  const operations = (6 * (await parametersOf(rows.base)) * tokens) / sampler.batchesPerEpoch;
  const budget = Math.max(MOST_OF_RUN * options.schedule.totalSteps, FREE_OPERATIONS / operations);
  return Math.max(FEWEST_STEPS, Math.min(MOST_STEPS, Math.floor(budget / MOST_TRIALS)));
}
