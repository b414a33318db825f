// What every optimiser has to do.
import { describe, expect, it } from 'vitest';
import { updates } from '../../src/methods/update/index.ts';
import { keyedNormal } from '../../src/models/initialise.ts';
import { Parameter } from '../../src/nn/index.ts';
import { scope } from '../../src/tensor/index.ts';
import type { Trainable, Update } from '../../src/train/interfaces.ts';

const shapes = { matrix: [40, 24], bias: [24], tall: [64, 3] };

function trainables(): Trainable[] {
  return Object.entries(shapes).map(([name, shape]) => {
    const parameter = new Parameter(shape);
    scope(() => parameter.assign(keyedNormal(shape, { seed: 1, path: name }, 1)));
    parameter.setTrainable(true);
    return { name, parameter, decays: shape.length > 1 };
  });
}

/** One step along gradients that depend on nothing but the step. */
function take(update: Update, weights: readonly Trainable[], step: number, maxGradNorm = 0): number {
  for (const { name, parameter } of weights) {
    const gradient = scope(() => keyedNormal([...parameter.shape], { seed: 2 + step, path: name }, 1).own());
    parameter.tensor.grad = gradient;
  }
  return update.step({ step, learningRate: 0.01, weightDecay: 0.01, maxGradNorm });
}

const numbersOf = (weights: readonly Trainable[]) => weights.map(({ parameter }) => [...parameter.tensor.toNumbers()]);

describe.each(updates.names)('%s', (name) => {
  it('moves every weight, clears gradients and gives their norm before clipping', async () => {
    const weights = trainables();
    const before = numbersOf(weights);
    const update = await (await updates.load(name)).create(weights, {});
    const norm = take(update, weights, 0, 0.5);
    const exact = Math.sqrt(40 * 24 + 24 + 64 * 3);
    expect(norm).toBeGreaterThan(0.9 * exact);
    expect(norm).toBeLessThan(1.1 * exact);
    for (const [i, values] of numbersOf(weights).entries()) {
      expect(values).not.toEqual(before[i]);
      expect(values.every(Number.isFinite)).toBe(true);
    }
    expect(weights.every(({ parameter }) => parameter.tensor.grad === undefined)).toBe(true);
  });

  it('goes on from a saved state as if it had not been interrupted, to the bit', async () => {
    const method = await updates.load(name);
    const [whole, halves] = [trainables(), trainables()];
    const update = await method.create(whole, {});
    for (let step = 0; step < 4; step++) take(update, whole, step);
    const first = await method.create(halves, {});
    for (let step = 0; step < 2; step++) take(first, halves, step);
    const second = await method.create(halves, {});
    second.load(first.state());
    for (let step = 2; step < 4; step++) take(second, halves, step);
    expect(numbersOf(halves)).toEqual(numbersOf(whole));
    expect(numbersOf(whole).flat().every(Number.isFinite)).toBe(true);
  });

  it('leaves a weight alone until it begins to move', async () => {
    const weights = trainables().map((one) => ({ ...one, startsAt: 1 }));
    const before = numbersOf(weights);
    const update = await (await updates.load(name)).create(weights, {});
    take(update, weights, 0);
    expect(numbersOf(weights)).toEqual(before);
    take(update, weights, 1);
    expect(numbersOf(weights)).not.toEqual(before);
  });
});
