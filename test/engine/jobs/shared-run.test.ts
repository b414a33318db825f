// Shared runs, with all processes simulated in one.
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { isWhole } from '../../sample.ts';
import { meetOthers, sharePlan, trainTogether, type SharedPlan } from '../../../src/jobs/train/shared-run.ts';
import type { TrainingRun } from '../../../src/jobs/train/training-run.ts';
import { updates } from '../../../src/training/optimizers/index.ts';
import type { RunConstants } from '../../../src/training/trainer-state.ts';
import type { Recipe } from '../../../src/training/recipe/recipe.ts';
import { LocalGroup } from '../local-group.ts';
import { matrixFolder } from '../matrix-folder.ts';
import { allCells, checkpoint, models, names, prepare, recipeOf, type Cell, type CellRun } from '../method-matrix.ts';

const folder = matrixFolder('shared', names(models));

/** Objectives that sum over rows, compare rows or sample answers; a decoder with experts, and tied tables. */
const usual: Cell[] = [
  { objective: 'sft', tuning: 'full', model: 'qwen3_moe' },
  { objective: 'sft', tuning: 'full', model: 'llama' },
  { objective: 'dpo', tuning: 'lora', model: 'llama' },
  { objective: 'kto', tuning: 'lora', model: 'llama' },
  { objective: 'contrastive', tuning: 'full', model: 'llama' },
  { objective: 'grpo', tuning: 'lora', model: 'qwen3_moe' },
];

/** A loss scale at which the gradients of some steps overflow f16, and those of others do not. */
const OVERFLOWING = 2 ** 17;

interface Trained {
  checkpoint: CellRun['whole'];
  constants: RunConstants;
}

/** Trains with this many processes; `like` repeats the constants of an earlier run. */
async function train(recipe: Recipe, processes: number, like?: RunConstants): Promise<Trained> {
  const groups = processes === 1 ? [undefined] : LocalGroup.of(processes);
  const [{ constants }] = await Promise.all(groups.map((group) => trainOne(recipe, group, like)));
  return { checkpoint: checkpoint(recipe.output_dir), constants };
}

async function trainOne(
  recipe: Recipe,
  group: LocalGroup | undefined,
  like: RunConstants | undefined,
): Promise<TrainingRun> {
  const isFollowing = group !== undefined && group.rank > 0;
  const plan = isFollowing ? await group.share<SharedPlan>('plan') : undefined;
  const own = isFollowing ? { ...recipe, output_dir: mkdtempSync(join(folder, 'rank-')) } : recipe;
  const run = await prepare(own, () => undefined, { like: plan?.constants ?? like, group });
  if (run.parts.lossScale !== undefined) run.parts.lossScale.state = { scale: OVERFLOWING, good: 0 };
  if (!isFollowing) await sharePlan(run, group);
  await meetOthers(run, group);
  await trainTogether(run);
  run.dispose();
  return run;
}

async function expectSame(recipe: Recipe): Promise<void> {
  const { output_dir: output } = recipe;
  const two = await train(recipe, 2);
  expect(two.constants.shares).toBe(2);
  for (const processes of [1, 3]) {
    const other = { ...recipe, output_dir: `${output}-${processes}` };
    expect((await train(other, processes, two.constants)).checkpoint).toEqual(two.checkpoint);
    rmSync(other.output_dir, { recursive: true });
  }
  rmSync(output, { recursive: true });
}

it.each(isWhole ? allCells() : usual)(
  '$objective with $tuning on $model: two processes, one and three write the same bytes',
  async (cell) => {
    await expectSame(await recipeOf(cell, folder));
  },
);

it.each(['dp_sgd', 'mezo', 'prodigy', 'adamw_8bit', 'muon', 'schedule_free'])(
  '%s: two processes, one and three write the same bytes',
  async (name) => {
    const recipe = await recipeOf({ objective: 'sft', tuning: 'lora', model: 'llama' }, folder);
    // With a given noise multiplier, none need be computed from a privacy budget.
    const given = name === 'dp_sgd' ? { noise_multiplier: 1 } : {};
    const optimizer = { name, ...(await updates.load(name)).settle(given) };
    await expectSame({ ...recipe, training: { ...recipe.training, optimizer } } as Recipe);
  },
);

it('in f16 all processes leave out the same steps', async () => {
  const recipe = await recipeOf({ objective: 'sft', tuning: 'full', model: 'llama' }, folder);
  recipe.training.precision = 'f16';
  const { trainer } = await trainOne({ ...recipe, output_dir: `${recipe.output_dir}-alone` }, undefined, undefined);
  expect(trainer.state).toMatchObject({ step: 3, skipped: 1 });
  await expectSame(recipe);
});
