// Optimiser options that the fixture of published optimisers lacks: eight steps with torch 2.6, schedulefree 70785b5
// and prodigyopt 3efb213, learning rate 0.01 (Prodigy: 1), weight decay 0.1.
import { describe, expect, it } from 'vitest';
import { updates } from '../../../src/training/optimizers/index.ts';
import { Parameter } from '../../../src/engine/nn/index.ts';
import { fromArray, scope } from '../../../src/engine/tensor/index.ts';
import type { Trainable, Update } from '../../../src/methods/interfaces.ts';

interface Case {
  name: string;
  method: string;
  options: object;
  weights: readonly number[];
}

const cases: readonly Case[] = [
  {
    name: 'Adam(amsgrad, betas .9 .5)',
    method: 'adamw',
    options: { amsgrad: true, decoupled_weight_decay: false, beta2: 0.5 },
    weights: [1.007094, -0.500922, 0.2420488, 1.972696],
  },
  {
    name: 'SGD(momentum .8, dampening .5)',
    method: 'sgd',
    options: { momentum: 0.8, dampening: 0.5 },
    weights: [1.012866, -0.4985542, 0.2466884, 1.953926],
  },
  {
    name: 'RMSprop(momentum .5, centered, alpha .9, eps 1e-3)',
    method: 'rmsprop',
    options: { momentum: 0.5, centered: true, alpha: 0.9, epsilon: 1e-3 },
    weights: [0.9894263, -0.485774, 0.2323608, 1.944376],
  },
  {
    name: 'Adagrad(lr_decay .2, initial_accumulator_value .5, eps 1e-3)',
    method: 'adagrad',
    options: { lr_decay: 0.2, initial_accumulator_value: 0.5, epsilon: 1e-3 },
    weights: [1.001187, -0.5002362, 0.2508553, 1.99232],
  },
  {
    name: 'Adamax(betas .8 .9, eps 1e-3)',
    method: 'adamax',
    options: { beta1: 0.8, beta2: 0.9, epsilon: 1e-3 },
    weights: [1.004168, -0.4998986, 0.2424547, 1.977208],
  },
  {
    name: 'NAdam(betas .8 .9, momentum_decay .5, decoupled_weight_decay)',
    method: 'nadam',
    options: { beta1: 0.8, beta2: 0.9, momentum_decay: 0.5, decoupled_weight_decay: true },
    weights: [0.9912227, -0.4994684, 0.252192, 1.986963],
  },
  {
    name: 'RAdam(betas .8 .9, decoupled_weight_decay)',
    method: 'radam',
    options: { beta1: 0.8, beta2: 0.9, decoupled_weight_decay: true },
    weights: [1.005648, -0.5033771, 0.2480386, 1.971694],
  },
  {
    name: 'AdamWScheduleFree(inner_momentum .5)',
    method: 'schedule_free',
    options: { inner_momentum: 0.5 },
    weights: [1.001826, -0.4991235, 0.2435831, 1.983324],
  },
  {
    name: 'SGDScheduleFree(momentum .7, r 1, weight_lr_power 1)',
    method: 'schedule_free_sgd',
    options: { momentum: 0.7, r: 1, weight_lr_power: 1 },
    weights: [0.9922574, -0.5053416, 0.2537707, 1.990308],
  },
  {
    name: 'RAdamScheduleFree(betas .8 .99, silent_sgd_phase off)',
    method: 'schedule_free_radam',
    options: { beta1: 0.8, beta2: 0.99, silent_sgd_phase: false },
    weights: [0.999465, -0.5014468, 0.2461392, 1.98638],
  },
  {
    name: 'Prodigy(use_bias_correction, beta3 .9, decouple off, d0 .01)',
    method: 'prodigy',
    options: {
      use_bias_correction: true,
      beta3: 0.9,
      decoupled_weight_decay: false,
      d0: 0.01,
      safeguard_warmup: false,
    },
    weights: [1.00577, -0.5026865, 0.2420594, 1.971127],
  },
];

const STEPS = 8;
const plan = { rows: 1, batchSize: 1, steps: STEPS, secret: 0 };

function fourWeights(startsAt = 0): Trainable {
  const parameter = new Parameter([4]);
  scope(() => parameter.assign(fromArray(Float32Array.of(1, -0.5, 0.25, 2))));
  parameter.setTrainable(true);
  return { name: 'w', parameter, decays: true, startsAt };
}

function take(update: Update, { parameter }: Trainable, step: number, learningRate = 0.01): void {
  const gradient = Float32Array.from({ length: 4 }, (_, i) => (((step * 7 + i * 3) % 11) - 5) / 4);
  parameter.tensor.grad = scope(() => fromArray(gradient).own());
  update.step({ step, learningRate, weightDecay: 0.1, maxGradNorm: 0 });
}

const created = async ({ method, options }: Pick<Case, 'method' | 'options'>, weight: Trainable) =>
  await (await updates.load(method)).create([weight], options, plan);

describe.each(cases)('$name', (one) => {
  const rate = one.method === 'prodigy' ? 1 : 0.01;

  it('takes the published steps', async () => {
    const weight = fourWeights();
    const update = await created(one, weight);
    for (let step = 0; step < STEPS; step++) take(update, weight, step, rate);
    for (const [i, value] of weight.parameter.tensor.toNumbers().entries())
      expect(value).toBeCloseTo(one.weights[i], 6);
  });

  it('goes on from a saved state, to the bit', async () => {
    const [whole, halves] = [fourWeights(), fourWeights()];
    const update = await created(one, whole);
    for (let step = 0; step < STEPS; step++) take(update, whole, step, rate);
    const first = await created(one, halves);
    for (let step = 0; step < 5; step++) take(first, halves, step, rate);
    const second = await created(one, halves);
    second.load(first.state());
    for (let step = 5; step < STEPS; step++) take(second, halves, step, rate);
    expect([...halves.parameter.tensor.toNumbers()]).toEqual([...whole.parameter.tensor.toNumbers()]);
  });
});

it('a weight that has not begun to move is no part of the average', async () => {
  for (const method of ['schedule_free', 'schedule_free_sgd', 'schedule_free_radam']) {
    const weight = fourWeights(1);
    const update = await created({ method, options: {} }, weight);
    take(update, weight, 0);
    expect(update.averaged?.().size, method).toBe(0);
  }
});

it('a state from before an option is taken up where the option is off', async () => {
  const weight = fourWeights();
  const first = await created({ method: 'schedule_free', options: {} }, weight);
  take(first, weight, 0);
  const older = new Map([...first.state()].filter(([name]) => name !== 'w.exp_avg'));
  const second = await created({ method: 'schedule_free', options: {} }, weight);
  second.load(older);
  expect(second.state().get('w.step')?.item()).toBe(1);
  const other = await created({ method: 'schedule_free', options: { inner_momentum: 0.5 } }, weight);
  expect(() => other.load(older)).toThrow('lacks w.exp_avg');
});

it('schedule_free_radam stands still while its second moment cannot be relied on', async () => {
  const weight = fourWeights();
  const update = await created({ method: 'schedule_free_radam', options: {} }, weight);
  const before = [...weight.parameter.tensor.toNumbers()];
  for (let step = 0; step < 4; step++) take(update, weight, step);
  expect([...weight.parameter.tensor.toNumbers()]).toEqual(before);
  for (let step = 4; step < STEPS; step++) take(update, weight, step);
  expect([...weight.parameter.tensor.toNumbers()]).not.toEqual(before);
});

it('relative steps of adafactor are parts of the weight itself, and warmup_init needs them', async () => {
  const method = await updates.load('adafactor');
  expect(method.settle({ relative_step: true })).toMatchObject({ scale_parameter: true });
  expect(method.settle({})).toMatchObject({ scale_parameter: false });
  expect(method.recipeDefaults({ relative_step: true }).training).toMatchObject({ learning_rate: 1 });
  expect(method.recipeDefaults({})).toEqual({});
  expect(method.options.safeParse({ warmup_init: true }).error?.issues[0].message).toBe('needs relative_step');
});
