import { updates } from '../../training/optimizers/index.ts';
import type { Reference } from '../../answering/tasks/rows/prepared-rows.ts';
import type { Trainable, Tuning, Update } from '../../methods/interfaces.ts';
import { ShardedUpdate } from '../../training/shared/sharded-update.ts';
import { isAnchored, withRetention } from './retention.ts';
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
  const given = { rows: train.rows.length, batchSize: decided.training.batch_size, steps, secret: decided.secret ?? 0 };
  const create = (weights: readonly Trainable[]) => method.create(weights, options, given);
  const { group, recipe } = context;
  const isDivisible = method.isOverAll !== true && !isGoverned(tuning, steps) && !isAnchored(recipe);
  const update =
    group !== undefined && isDivisible ? await ShardedUpdate.of(group, trainables, create) : await create(trainables);
  return withRetention(tuning.govern?.(update, steps) ?? update, plan, reference);
}

/** Whether the tuning reads all gradients before a step. */
function isGoverned(tuning: Tuning, steps: number): boolean {
  const nothing: Update = { step: () => 0, state: () => new Map(), load: () => undefined };
  return tuning.govern !== undefined && tuning.govern(nothing, steps) !== nothing;
}
