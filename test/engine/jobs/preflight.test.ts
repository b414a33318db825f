// The worst step that a preflight tries is one that a run can take.
import { rmSync } from 'node:fs';
import { expect, it } from 'vitest';
import { largestBatches, preflight } from '../../../src/jobs/train/preflight.ts';
import { tokensOf, type PreparedRow } from '../../../src/answering/tasks/rows/prepared-rows.ts';
import { refuseDevice } from '../../../src/jobs/train/device-memory.ts';
import type { AttuneError } from '../../../src/base/errors.ts';
import { engine } from '../../../src/engine/tensor/index.ts';
import { matrixFolder } from '../matrix-folder.ts';
import { prepare, recipeOf } from '../method-matrix.ts';

const row = (size: number): PreparedRow => ({
  id: String(size),
  ids: new Int32Array(size),
  trained: new Uint8Array(size),
  source: { file: 'rows.jsonl', line: 1 },
});

it('packs what an objective makes of its rows into micro-batches as a step does', () => {
  const prompts = [[row(2), row(3), row(4)]];
  const produce = () => expect.fail('nothing is produced');
  const largest = ({ ids }: PreparedRow) => row(ids.length * 10);
  const sizes = (batches: PreparedRow[][]) => batches.map((rows) => rows.map(tokensOf));
  const most = { microBatchTokens: 50 };
  expect(
    sizes(largestBatches(prompts, { objective: { production: { rollsOut: true, produce, largest } } }, most)).map(
      (all) => all.toSorted(),
    ),
  ).toEqual(expect.arrayContaining([[20, 30], [40]]));
  expect(largestBatches(prompts, { objective: {} }, most)).toBe(prompts);
});

const folder = matrixFolder('preflight', ['llama']);
const REWARD_SECONDS = 0.2;

/** Losses and rewards of a run's steps, with or without a preflight. */
async function stepsOf(objective: 'grpo' | 'ppo', isTried: boolean) {
  const recipe = await recipeOf({ objective, tuning: 'lora', model: 'llama' }, folder);
  const steps: unknown[] = [];
  const prepared = await prepare(recipe, (event) => {
    if (event.type === 'step-finished') steps.push([event.loss, event.metrics]);
  });
  const { parts, plan, constants, trainer } = prepared;
  const production = parts.objective.production!;
  // Rewards may take longer than the rest of a step.
  const slow: typeof production.produce = async (...given) => {
    await new Promise((resolve) => setTimeout(resolve, 1000 * REWARD_SECONDS));
    return production.produce(...given);
  };
  const found = isTried
    ? await preflight({
        parts: { ...parts, objective: { ...parts.objective, production: { ...production, produce: slow } } },
        options: plan.options,
        constants,
        recipe,
        step: trainer.stepContext(),
        folder: recipe.output_dir,
        checkpointsKept: 1,
        comparisonBytes: 0,
        emit: () => undefined,
      })
    : undefined;
  await trainer.run();
  prepared.dispose();
  rmSync(recipe.output_dir, { recursive: true });
  return { steps, found };
}

it.each(['grpo', 'ppo'] as const)('times the rollouts of %s, and changes nothing of the run', async (objective) => {
  const { steps, found } = await stepsOf(objective, true);
  expect(found!.secondsPerStep).toBeGreaterThan(0.9 * REWARD_SECONDS);
  expect(found!.totalSeconds).toBeCloseTo(3 * found!.secondsPerStep, 6);
  expect(steps).toHaveLength(3);
  expect(steps).toEqual((await stepsOf(objective, false)).steps);
});

it('refuses a run that does not fit on its device once the optimizer has its state, and names what would fit', async () => {
  const recipe = await recipeOf({ objective: 'sft', tuning: 'lora', model: 'llama' }, folder);
  const run = await prepare(recipe, () => undefined);
  const held = engine().tensorBytes('cpu');
  const refuse = (room: number) =>
    refuseDevice({ name: 'cpu', peakBytes: held + 2e9, availableBytes: held + room }, run.plan.tuned);
  await expect(refuse(2e9)).resolves.toBeUndefined();
  const fixes = [1e8, 1.6e5, 1].map(async (room) => {
    const error = await refuse(room).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'E_OUT_OF_MEMORY', what: expect.stringContaining('memory of cpu') as string });
    return (error as AttuneError).fix;
  });
  expect(await Promise.all(fixes)).toEqual([
    expect.stringMatching(/^training: {micro_batch_tokens: \d+} fits/),
    expect.stringContaining('gradient_checkpointing'),
    expect.stringContaining('not even one token fits'),
  ]);
  run.dispose();
  rmSync(recipe.output_dir, { recursive: true, force: true });
});
