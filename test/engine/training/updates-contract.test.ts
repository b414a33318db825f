// Contract of every optimiser.
import { describe, expect, it } from 'vitest';
import { gradientNorm } from '../../../src/training/gradient-norm.ts';
import { updates } from '../../../src/training/optimizers/index.ts';
import { keyedNormal } from '../../../src/models/initialise.ts';
import { Parameter } from '../../../src/engine/nn/index.ts';
import { noGrad, scope } from '../../../src/engine/tensor/index.ts';
import { settleAveraged, withAveraged } from '../../../src/training/averaged.ts';
import type { StepPasses, Trainable, Update } from '../../../src/methods/interfaces.ts';

const shapes = { matrix: [40, 24], bias: [24], tall: [64, 3] };

function trainables(): Trainable[] {
  return Object.entries(shapes).map(([name, shape]) => {
    const parameter = new Parameter(shape);
    scope(() => parameter.assign(keyedNormal(shape, { seed: 1, path: name }, 1)));
    parameter.setTrainable(true);
    return { name, parameter, decays: shape.length > 1 };
  });
}

const seed = 5;
const plan = { rows: 1, batchSize: 1, steps: 4, secret: 0 };

/** One step along gradients that depend only on the step number. */
async function take(update: Update, weights: readonly Trainable[], step: number, maxGradNorm = 0): Promise<number> {
  const gradientOf = ({ name, parameter }: Trainable) =>
    keyedNormal([...parameter.shape], { seed: 2 + step, path: name }, 1);
  const set = () => {
    for (const one of weights) one.parameter.tensor.grad = scope(() => gradientOf(one).own());
  };
  const loss = () =>
    noGrad(() =>
      scope(() => weights.reduce((sum, one) => sum + one.parameter.tensor.mul(gradientOf(one)).sum().item(), 0)),
    );
  const options = { step, learningRate: 0.01, weightDecay: 0.01, maxGradNorm };
  if (update.drive === undefined) {
    set();
    return update.step(options);
  }
  const passes: StepPasses = {
    gradients: async () => (set(), [loss()]),
    losses: async () => [loss()],
    async rowGradients(_, factorOf) {
      set();
      const norm = noGrad(() =>
        scope(() => {
          const gradients = weights.map(({ parameter }) => parameter.tensor.grad!);
          const found = gradientNorm(gradients);
          for (const gradient of gradients) gradient.mul_(factorOf(found));
          return found;
        }),
      );
      return { losses: [loss()], norms: [norm] };
    },
  };
  return (await update.drive(passes, { ...options, seed })).gradNorm;
}

/** Number of initial steps without an update, by method. */
const restingSteps: Readonly<Record<string, number>> = { schedule_free_radam: 4 };

const numbersOf = (weights: readonly Trainable[]) => weights.map(({ parameter }) => [...parameter.tensor.toNumbers()]);

describe.each(updates.names)('%s', (name) => {
  it('moves every weight, clears gradients and gives their norm before clipping', async () => {
    const weights = trainables();
    const before = numbersOf(weights);
    const update = await (await updates.load(name)).create(weights, {}, plan);
    const norm = await take(update, weights, 0, 0.5);
    for (let step = 1; step <= (restingSteps[name] ?? 0); step++) await take(update, weights, step, 0.5);
    const exact = Math.sqrt(40 * 24 + 24 + 64 * 3);
    // Optimisers driven by losses or per-row gradients report another norm.
    const [least, most] = update.drive === undefined ? [0.9 * exact, 1.1 * exact] : [0, Infinity];
    expect(norm).toBeGreaterThan(least);
    expect(norm).toBeLessThan(most);
    for (const [i, values] of numbersOf(weights).entries()) {
      expect(values).not.toEqual(before[i]);
      expect(values.every(Number.isFinite)).toBe(true);
    }
    expect(weights.every(({ parameter }) => parameter.tensor.grad === undefined)).toBe(true);
  });

  it('goes on from a saved state as if it had not been interrupted, to the bit', async () => {
    const method = await updates.load(name);
    const [whole, halves] = [trainables(), trainables()];
    const half = 2 + (restingSteps[name] ?? 0);
    const update = await method.create(whole, {}, plan);
    for (let step = 0; step < half + 2; step++) await take(update, whole, step);
    const first = await method.create(halves, {}, plan);
    for (let step = 0; step < half; step++) await take(first, halves, step);
    const second = await method.create(halves, {}, plan);
    second.load(first.state());
    for (let step = half; step < half + 2; step++) await take(second, halves, step);
    expect(numbersOf(halves)).toEqual(numbersOf(whole));
    expect(numbersOf(whole).flat().every(Number.isFinite)).toBe(true);
  });

  it("moves a weight by its own share of the schedule's rate", async () => {
    const movesAt = async (rate: number) => {
      const weights = trainables().map((one) => ({ ...one, rate }));
      const before = numbersOf(weights).flat();
      const update = await (await updates.load(name)).create(weights, {}, plan);
      for (let step = 0; step <= (restingSteps[name] ?? 0); step++) await take(update, weights, step);
      return numbersOf(weights)
        .flat()
        .map((value, i) => value - before[i]);
    };
    const [whole, half] = [await movesAt(1), await movesAt(0.5)];
    for (const [i, move] of half.entries()) expect(move).toBeCloseTo(whole[i] / 2, 5);
  });

  it('leaves a weight alone until it begins to move', async () => {
    const weights = trainables().map((one) => ({ ...one, startsAt: 1 }));
    const before = numbersOf(weights);
    const update = await (await updates.load(name)).create(weights, {}, plan);
    await take(update, weights, 0);
    expect(numbersOf(weights)).toEqual(before);
    for (let step = 1; step <= 1 + (restingSteps[name] ?? 0); step++) await take(update, weights, step);
    expect(numbersOf(weights)).not.toEqual(before);
  });
});

it('mezo goes down a slope by losses alone, and comes back to its place where there is none', async () => {
  const [{ parameter, ...one }] = trainables();
  const update = await (await updates.load('mezo')).create([{ parameter, ...one }], {}, plan);
  const before = parameter.tensor.toNumbers();
  const options = { learningRate: 1e-4, weightDecay: 0, maxGradNorm: 0, seed };
  const still = { losses: async () => [1] } as unknown as StepPasses;
  await update.drive!(still, { ...options, step: 0 });
  for (const [i, value] of parameter.tensor.toNumbers().entries()) expect(value).toBeCloseTo(before[i], 5);
  const norm = () => noGrad(() => scope(() => parameter.tensor.mul(parameter.tensor).sum().item()));
  const first = norm();
  const passes = { losses: async () => [norm()] } as unknown as StepPasses;
  for (let step = 1; step < 30; step++) await update.drive!(passes, { ...options, step });
  expect(norm()).toBeLessThan(first - 5);
});

it('schedule_free scores the average of its steps, and goes on from where its gradients are taken', async () => {
  const weights = trainables();
  const update = await (await updates.load('schedule_free')).create(weights, {}, plan);
  for (let step = 0; step < 3; step++) await take(update, weights, step);
  const moving = numbersOf(weights);
  const scored = await withAveraged(update, async () => numbersOf(weights));
  expect(scored).not.toEqual(moving);
  expect(numbersOf(weights)).toEqual(moving);
  settleAveraged(update);
  expect(numbersOf(weights)).toEqual(scored);
});
