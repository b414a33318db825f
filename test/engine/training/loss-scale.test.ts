// Loss scaling for f16: published values of torch.amp.GradScaler, and training that depends on it.
import { mkdirSync, rmSync } from 'node:fs';
import { expect, it } from 'vitest';
import { Parameter } from '../../../src/engine/nn/index.ts';
import { fromArray, scope } from '../../../src/engine/tensor/index.ts';
import { readState, writeState } from '../../../src/training/trainer-state.ts';
import { LossScale } from '../../../src/training/loss-scale.ts';
import { matrixFolder } from '../matrix-folder.ts';
import { prepare, recipeOf } from '../method-matrix.ts';

it('halves at an overflow and doubles after 2000 steps without one, from 65536 on', () => {
  const scale = new LossScale([]);
  expect(scale.state).toEqual({ scale: 65_536, good: 0 });
  const scalesAfter = (steps: number, isFinite: boolean) => {
    for (let i = 0; i < steps; i++) scale.update(isFinite);
    return scale.state;
  };
  expect(scalesAfter(1999, true)).toEqual({ scale: 65_536, good: 1999 });
  expect(scalesAfter(1, true)).toEqual({ scale: 131_072, good: 0 });
  expect(scalesAfter(5, true)).toEqual({ scale: 131_072, good: 5 });
  expect(scalesAfter(2, false)).toEqual({ scale: 32_768, good: 0 });
  scale.state = { scale: 2 ** 127, good: 1999 };
  // Twice that exceeds f32's range.
  expect(scalesAfter(1, true)).toEqual({ scale: 2 ** 127, good: 0 });
});

it.each([
  [[65_536, -131_072], true, [1, -2]],
  [[65_536, Number.POSITIVE_INFINITY], false, [1, Number.POSITIVE_INFINITY]],
  [[Number.NaN, 65_536], false, [Number.NaN, 1]],
])('divides gradients %j: finite %j', (gradient, isFinite, expected) => {
  scope(() => {
    const parameter = new Parameter([2]);
    parameter.assign(fromArray(new Float32Array(2)));
    parameter.tensor.grad = fromArray(Float32Array.from(gradient));
    const scale = new LossScale([{ name: 'weight', parameter, decays: false }]);
    expect(scale.unscale()).toBe(isFinite);
    expect([...parameter.tensor.grad.toNumbers()]).toEqual(expected);
    scale.skip();
    expect(parameter.tensor.grad).toBeUndefined();
  });
});

const folder = matrixFolder('loss-scale', ['llama']);

async function lossesIn(precision: 'f16' | 'f32', start?: number) {
  const recipe = await recipeOf({ objective: 'sft', tuning: 'lora', model: 'llama' }, folder);
  recipe.training.precision = precision;
  const [losses, rates]: number[][] = [[], []];
  const run = await prepare(recipe, (event) => {
    if (event.type !== 'step-finished') return;
    losses.push(event.loss);
    rates.push(event.learning_rate);
  });
  const { lossScale } = run.parts;
  if (lossScale !== undefined && start !== undefined) lossScale.state = { scale: start, good: 0 };
  await run.trainer.run();
  const kept = `${recipe.output_dir}/kept`;
  mkdirSync(kept, { recursive: true });
  const { tuning, update, objective } = run.parts;
  writeState(kept, run.trainer.state, { tuning, update, objective, recipe, constants: run.constants });
  const { lossScale: saved, skipped } = readState(kept, run.parts);
  const counts = [...update.state()].flatMap(([name, count]) => (name.endsWith('.step') ? [count.item()] : []));
  run.dispose();
  rmSync(recipe.output_dir, { recursive: true });
  return { losses, saved, skipped, rates, counts: new Set(counts) };
}

it('trains in f16 as in f32, and leaves out steps that overflow until the scale is low enough', async () => {
  const [half, whole] = [await lossesIn('f16'), await lossesIn('f32')];
  expect(half.saved).toEqual({ scale: 65_536, good: 3 });
  expect(whole.saved).toBeUndefined();
  for (const [step, loss] of whole.losses.entries()) expect(Math.abs(half.losses[step] - loss)).toBeLessThan(0.02);
  const high = await lossesIn('f16', 2 ** 40);
  expect(high.saved).toEqual({ scale: 2 ** 37, good: 0 });
  // No weight has changed.
  expect(high.losses[0]).toBe(half.losses[0]);
  // As in torch, such a step counts neither for the schedule nor for Adam's bias correction.
  const [first] = half.rates;
  expect(half.rates).not.toEqual([first, first, first]);
  expect(high).toMatchObject({ skipped: 3, rates: [first, first, first], counts: new Set([0]) });
  expect(half).toMatchObject({ skipped: 0, counts: new Set([3]) });
});
