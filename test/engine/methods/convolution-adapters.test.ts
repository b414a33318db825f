import { expect, it } from 'vitest';
import { create as createLoha } from '../../../src/methods/tunings/loha.ts';
import { options as lohaOptions } from '../../../src/methods/tunings/loha.options.ts';
import { create as createLora } from '../../../src/methods/tunings/lora.ts';
import { create as createLokr } from '../../../src/methods/tunings/lokr.ts';
import { options as lokrOptions } from '../../../src/methods/tunings/lokr.options.ts';
import { complete, options as loraOptions } from '../../../src/methods/tunings/lora.options.ts';
import { keyedNormal } from '../../../src/models/initialise.ts';
import type { Model } from '../../../src/models/model.ts';
import { noGrad, scope, type Tensor } from '../../../src/engine/tensor/index.ts';
import type { Tuning } from '../../../src/methods/interfaces.ts';
import { headOutput, tinyConfigs, tinyInput, tinyModel } from '../tiny-models.ts';

const lora = (model: Model, names: string[]) =>
  createLora(model, complete(loraOptions.parse({ r: 2, target_modules: names })), { seed: 1 });
const loha = (model: Model, names: string[]) =>
  createLoha(model, lohaOptions.parse({ r: 2, target_modules: names, use_effective_conv2d: true }), { seed: 1 });

const dora = (model: Model, names: string[]) =>
  createLora(model, complete(loraOptions.parse({ r: 2, target_modules: names, use_dora: true })), { seed: 1 });
const lokr = (model: Model, names: string[]) =>
  createLokr(model, lokrOptions.parse({ r: 1, target_modules: names, use_effective_conv2d: true }), { seed: 1 });

/** Shapes as in PEFT: LoRA [r, C, k] and [O, r, 1], LoHa's kernels [r, r, k, 1]. */
const whisper = { raw: tinyConfigs.whisper[0], task: 'seq2seq' } as const;
const cases: Record<string, Case> = {
  'LoRA on whisper': {
    tiny: whisper,
    layer: 'conv2',
    create: lora,
    shapes: { 'model.encoder.conv2.lora_A.weight': [2, 8, 3], 'model.encoder.conv2.lora_B.weight': [8, 2, 1] },
  },
  'LoHa on whisper': {
    tiny: whisper,
    layer: 'conv2',
    create: loha,
    shapes: { 'model.encoder.conv2.hada_t1': [2, 2, 3, 1] },
  },
  'DoRA on whisper': {
    tiny: whisper,
    layer: 'conv2',
    create: dora,
    shapes: { 'model.encoder.conv2.lora_magnitude_vector': [1, 8, 1] },
  },
  'LoKr on whisper': {
    tiny: whisper,
    layer: 'conv2',
    create: lokr,
    shapes: {
      'model.encoder.conv2.lokr_w1': [2, 2],
      'model.encoder.conv2.lokr_t2': [1, 1, 3, 1],
      'model.encoder.conv2.lokr_w2_a': [1, 4],
    },
  },
  'LoRA on wav2vec2': { tiny: { raw: tinyConfigs.wav2vec2[0], task: 'ctc' }, layer: 'conv', create: lora, shapes: {} },
};

interface Case {
  tiny: Parameters<typeof tinyModel>[0];
  layer: string;
  create: typeof lora | typeof loha | typeof lokr;
  shapes: Readonly<Record<string, number[]>>;
}

it.each(Object.keys(cases))('%s changes convolutions over time, and merges into them', async (name) => {
  const { tiny, layer, create, shapes } = cases[name];
  const model = await tinyModel(tiny, 'f64');
  const input = tinyInput(model, [3, 5]);
  const outputs = () => noGrad(() => scope(() => [...headOutput(model, model.hidden(input), input).toNumbers()]));
  const before = outputs();
  const tuning = create(model, [layer]);
  expect(outputs()).toEqual(before);
  for (const [name, shape] of Object.entries(shapes))
    expect(tuning.state().get(`base_model.model.${name}`)?.shape).toEqual(shape);
  randomise(tuning);
  const changed = outputs();
  expect(farthest(changed, before)).toBeGreaterThan(1e-3);
  tuning.merge();
  expect(farthest(outputs(), changed)).toBeLessThan(1e-5);
  tuning.unmerge();
  expect(outputs()).toEqual(changed);
  tuning.dispose();
  model.dispose();
});

function randomise(tuning: Tuning): void {
  noGrad(() =>
    scope(() => {
      const noise = [...tuning.state()].map(([path, { shape }]): [string, Tensor] => [
        path,
        keyedNormal(shape, { seed: 2, path }, 0.5),
      ]);
      tuning.load(new Map(noise));
    }),
  );
}

function farthest(values: readonly number[], others: readonly number[]): number {
  return values.reduce((most, value, i) => Math.max(most, Math.abs(value - others[i])), 0);
}
