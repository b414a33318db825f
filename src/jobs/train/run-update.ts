import { updates } from '../../training/optimizers/index.ts';
import type { Reference } from '../../answering/tasks/rows/prepared-rows.ts';
import type { Update } from '../../methods/interfaces.ts';
import { withRetention } from './retention.ts';
import type { RunPlan } from './run-plan.ts';

/** The update of a run: of the tuned weights, and of the objective's own parameters. */
export async function createUpdate(plan: RunPlan, reference: Reference | undefined): Promise<Update> {
  const { model, tuning, rows } = plan.tuned;
  const { objective, train, context } = rows;
  const { name, ...options } = context.recipe.training.optimizer;
  const method = await updates.load(name);
  const trainables = [...tuning.trainables, ...(objective.trainables?.(model) ?? [])];
  const { decided } = plan;
  const steps = plan.options.schedule.totalSteps;
  const update = await method.create(trainables, options, {
    rows: train.rows.length,
    batchSize: decided.training.batch_size,
    steps,
    secret: decided.secret ?? 0,
  });
  return withRetention(tuning.govern?.(update, steps) ?? update, plan, reference);
}
