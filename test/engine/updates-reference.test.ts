// Ten steps along given gradients against the published implementations of each optimiser.
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { readJson } from '../../src/files/json.ts';
import { updates } from '../../src/methods/update/index.ts';
import { Parameter } from '../../src/nn/index.ts';
import { SafetensorsFile, scope } from '../../src/tensor/index.ts';
import type { Trainable } from '../../src/train/interfaces.ts';

const folder = fileURLToPath(new URL('../../fixtures/optimisers', import.meta.url));
interface Options {
  lr: number;
  weight_decay?: number;
  wd?: number;
}

const { cases } = readJson<{ cases: Record<string, { options: Options; params: string[] }> }>(
  join(folder, 'case.json'),
);

/** Our method and its options for each case of the reference. */
const own: Record<string, { method: string; options?: object }> = {
  adamw: { method: 'adamw' },
  adafactor_fixed_lr: { method: 'adafactor' },
  adafactor_beta1: { method: 'adafactor', options: { beta1: 0.9, scale_parameter: true } },
  lion: { method: 'lion' },
  ademamix: { method: 'ademamix' },
  ademamix_warmup: { method: 'ademamix', options: { beta3_warmup: 20, alpha_warmup: 20 } },
  muon_moonshot_f32: { method: 'muon' },
};

it.each(Object.entries(own))('%s', async (name, { method, options = {} }) => {
  using given = new SafetensorsFile(join(folder, 'given.safetensors'));
  using expected = new SafetensorsFile(join(folder, 'expected.safetensors'));
  const reference = cases[name].options;
  const trainables = cases[name].params.map((param): Trainable => {
    const parameter = new Parameter(given.get(`init.${param}`).shape);
    scope(() => parameter.assign(given.get(`init.${param}`).clone()));
    parameter.setTrainable(true);
    return { name: param, parameter, decays: true };
  });
  const update = await (await updates.load(method)).create(trainables, options);
  const weightDecay = reference.weight_decay ?? reference.wd ?? 0;
  const errors: Record<string, number> = {};
  for (let step = 0; step < 10; step++) {
    for (const { name: param, parameter } of trainables)
      parameter.tensor.grad = scope(() => given.get(`grads.${param}`).select(0, step).clone().own());
    update.step({ step, learningRate: reference.lr, weightDecay, maxGradNorm: 0 });
    for (const { name: param, parameter } of trainables) {
      const wanted = `${name}.${param}.step${step + 1}`;
      if (!expected.names.includes(wanted)) continue;
      const values = expected.get(wanted).toNumbers();
      errors[wanted] = Math.max(...parameter.tensor.toNumbers().map((value, i) => Math.abs(value - values[i])));
    }
  }
  expect(Object.keys(errors).length).toBeGreaterThan(3);
  expect(Math.max(...Object.values(errors))).toBeLessThan(1e-5);
});
