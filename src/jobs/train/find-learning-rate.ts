import { rmSync } from 'node:fs';
import { temporaryFolder } from '../../files/temporary.ts';
import { parametersOf } from '../../models/base-facts.ts';
import { tokensOf } from '../../answering/tasks/rows/prepared-rows.ts';
import { MOST_TRIALS, tryRates } from '../../training/rate-trials.ts';
import { newTrainerState, readTensors } from '../../training/trainer-state.ts';
import type { RunContext } from './run-context.ts';
import type { RunPlan } from './run-plan.ts';
import type { TrainingRun } from './training-run.ts';

/** Operations that trials may take however short the run is: about a minute of two cores. */
const FREE_OPERATIONS = 5e12;
/** Share of a longer run's steps that they may take. */
const MOST_OF_RUN = 0.1;
const MOST_STEPS = 50;
const FEWEST_STEPS = 4;

/** Whether the recipe wants trials and none were made yet. */
export function needsTrials({ recipe, earlier }: RunContext): boolean {
  return recipe.training.learning_rate === 'auto' && earlier === undefined;
}

/** Finds the rate by short trials, and leaves weights and moments as they were to the bit. */
export async function findLearningRate(run: TrainingRun): Promise<void> {
  const { parts, plan, rows } = run;
  const { emit, folder, signal } = rows.context;
  const around = run.constants.training.learning_rate;
  const steps = await stepsOfTrial(plan);
  const message = `trying learning rates around ${around}, ${steps} steps each`;
  emit({ type: 'phase-started', phase: 'preflight', message });
  // A file rather than memory: a checkpoint is what a resumed run begins with to the bit.
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

/** By the work to be done, not by the clock: the same recipe has the same trials wherever it runs. */
async function stepsOfTrial({ tuned: { rows }, options, sampler }: RunPlan): Promise<number> {
  const tokens = rows.train.rows.reduce((sum, row) => sum + tokensOf(row), 0);
  const operations = (6 * (await parametersOf(rows.base)) * tokens) / sampler.batchesPerEpoch;
  const budget = Math.max(MOST_OF_RUN * options.schedule.totalSteps, FREE_OPERATIONS / operations);
  return Math.max(FEWEST_STEPS, Math.min(MOST_STEPS, Math.floor(budget / MOST_TRIALS)));
}
