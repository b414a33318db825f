// Effect of AdaLoRA's budget on the triplets of two layers.
import { expect, it } from 'vitest';
import { budgetAt, RankBudget } from '../../../src/methods/tunings/rank-budget.ts';
import { method } from '../../../src/methods/tunings/adalora.options.ts';
import type { AdaloraOptions } from '../../../src/methods/tunings/adalora.options.ts';
import { updates } from '../../../src/training/optimizers/index.ts';
import { keyedNormal } from '../../../src/models/initialise.ts';
import { Parameter } from '../../../src/engine/nn/index.ts';
import { backward, scope } from '../../../src/engine/tensor/index.ts';
import type { Update } from '../../../src/methods/interfaces.ts';

const settings = { init_r: 4, target_r: 2, tinit: 1, tfinal: 2, total_step: 8 };
const options = method.settle(settings) as AdaloraOptions;

function layer(path: string) {
  const make = (shape: [number, number], key: string) => {
    const parameter = new Parameter(shape);
    parameter.assign(keyedNormal(shape, { seed: 1, path: key + path }, 1));
    parameter.setTrainable(true);
    return parameter;
  };
  return { path, lora_A: make([4, 6], 'a'), lora_B: make([5, 4], 'b'), lora_E: make([4, 1], 'e') };
}

async function begin() {
  const layers = [layer('first'), layer('second')];
  const trainables = layers.flatMap(({ path, ...weights }) =>
    Object.entries(weights).map(([key, parameter]) => ({ name: `${path}.${key}`, parameter, decays: false })),
  );
  const plan = { rows: 1, batchSize: 1, steps: 100, secret: 0 };
  const plain = await (await updates.load('adamw')).create(trainables, {}, plan);
  return { layers, update: new RankBudget(layers, options).govern(plain, 100) };
}

type Begun = Awaited<ReturnType<typeof begin>>;

/** Steps along gradients of a loss that differs between triplets. */
function step({ layers, update }: Begun): number {
  scope(() => {
    const products = layers.map(({ lora_A: a, lora_B: b, lora_E: e }) =>
      b.tensor.matmul(a.tensor.mul(e.tensor)).sub(1).pow(2).mean(),
    );
    backward(products);
  });
  update.step({ step: 0, learningRate: 1e-2, weightDecay: 0, maxGradNorm: 1 });
  return layers.flatMap(({ lora_E: e }) => [...e.tensor.detach().toNumbers()]).filter((value) => value !== 0).length;
}

it('takes the least important triplets of all layers away, along a cubic schedule, and keeps the rest', async () => {
  const run = await begin();
  expect(Array.from({ length: 8 }, () => step(run))).toEqual([8, 8, 6, 4, 4, 4, 4, 4]);
  expect(budgetAt(3, [8, 4], { ...options, total: 8, delta_t: 2 })).toBeUndefined();
});

it('goes on from a saved state as if it had not been interrupted', async () => {
  const [whole, resumed] = [await begin(), await begin()];
  for (let i = 0; i < 4; i++) step(whole);
  const state = new Map([...whole.update.state()].map(([name, tensor]) => [name, tensor.clone()]));
  for (const [i, { lora_A, lora_B, lora_E }] of whole.layers.entries()) {
    for (const [key, { tensor }] of Object.entries({ lora_A, lora_B, lora_E }))
      resumed.layers[i][key as 'lora_A'].assign(tensor.detach().clone());
  }
  resumed.update.load(state);
  for (let i = 0; i < 4; i++) expect(step(resumed)).toBe(step(whole));
  const weights = ({ layers }: Begun) => layers.flatMap(({ lora_E: e }) => [...e.tensor.detach().toNumbers()]);
  expect(weights(resumed)).toEqual(weights(whole));
});

it('refuses optimizers that take no gradients of whole steps, and runs too short for its schedule', () => {
  const budget = new RankBudget([layer('first')], { ...options, total_step: null });
  const driven: Update = {
    step: () => 0,
    drive: async () => ({ perRow: [], gradNorm: 0 }),
    state: () => new Map(),
    load() {},
  };
  const plain: Update = { step: () => 0, state: () => new Map(), load() {} };
  const code = expect.objectContaining({ code: 'E_TUNING_UNSUPPORTED' });
  expect(() => budget.govern(driven, 100)).toThrow(code);
  expect(() => budget.govern(plain, 3)).toThrow(code);
});
