import { describe, expect, it } from 'vitest';
import { Anchored } from '../../../src/training/optimizers/anchored.ts';
import { MovingAverage } from '../../../src/training/optimizers/moving-average.ts';
import { updates } from '../../../src/training/optimizers/index.ts';
import { Parameter } from '../../../src/engine/nn/index.ts';
import { liveTensors, scope, tensor } from '../../../src/engine/tensor/index.ts';
import { withAveraged } from '../../../src/training/averaged.ts';
import type { Trainable, Update } from '../../../src/methods/interfaces.ts';

function weight(values: number[]): Trainable {
  const parameter = new Parameter([values.length]);
  scope(() => parameter.assign(tensor(values)));
  parameter.setTrainable(true);
  return { name: 'w', parameter, decays: true };
}

function follow(update: Update, { parameter }: Trainable, gradient: number[], step: number): void {
  parameter.tensor.grad = scope(() => tensor(gradient).own());
  update.step({ step, learningRate: 0.1, weightDecay: 0, maxGradNorm: 0 });
}

/** Plain gradient descent, which shows what is added to gradients. */
function descent(one: Trainable): Update {
  return {
    step({ learningRate }) {
      const { tensor: own } = one.parameter;
      scope(() => own.detach().copy_(own.detach().sub(own.grad!.mul(learningRate))));
      own.grad = undefined;
      return 0;
    },
    state: () => new Map(),
    load: () => undefined,
  };
}

describe('an anchor', () => {
  it('pulls weights back by their distance, and by what they matter', () => {
    const one = weight([1, 1]);
    const importance = [scope(() => tensor([0, 5]).own())];
    const update = new Anchored(descent(one), [one], { l2: 0.5, ewc: 0.2, importance });
    follow(update, one, [1, 1], 0); // no distance yet
    expect(one.parameter.tensor.toNumbers()).toEqual([0.9, 0.9].map(Math.fround));
    follow(update, one, [0, 0], 1); // distance -0.1: pulled by 0.5, and by 0.5 + 0.2 * 5
    const [plain, important] = one.parameter.tensor.toNumbers();
    expect(plain).toBeCloseTo(0.9 + 0.1 * 0.05, 6);
    expect(important).toBeCloseTo(0.9 + 0.1 * 0.15, 6);
  });

  it('frees where weights began and what they matter', () => {
    const one = weight([1, 1]);
    const before = liveTensors();
    const importance = [scope(() => tensor([0, 5]).own())];
    new Anchored(descent(one), [one], { l2: 0.5, ewc: 0.2, importance }).dispose();
    expect(liveTensors()).toBe(before);
  });
});

describe('a moving average', () => {
  it('is scored in place of the weights, and goes on from a saved state to the bit', async () => {
    const [whole, halves] = [weight([1, 2]), weight([1, 2])];
    const make = async (one: Trainable) =>
      new MovingAverage(
        await (await updates.load('adamw')).create([one], {}, { rows: 1, batchSize: 1, steps: 6, secret: 0 }),
        [one],
        0.9,
      );
    const update = await make(whole);
    for (let step = 0; step < 6; step++) follow(update, whole, [1, -step], step);
    const first = await make(halves);
    for (let step = 0; step < 3; step++) follow(first, halves, [1, -step], step);
    const second = await make(halves);
    second.load(first.state());
    for (let step = 3; step < 6; step++) follow(second, halves, [1, -step], step);
    const [moved, averages] = [whole.parameter.tensor.toNumbers(), [update, second]];
    const scored = await withAveraged(averages[0], async () => whole.parameter.tensor.toNumbers());
    expect(await withAveraged(averages[1], async () => halves.parameter.tensor.toNumbers())).toEqual(scored);
    expect(scored[0]).toBeGreaterThan(moved[0]);
    expect(scored[0]).toBeLessThan(1);
    expect(whole.parameter.tensor.toNumbers()).toEqual(moved);
  });
});
