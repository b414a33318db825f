// R rows
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readJson } from '../../../src/files/json.ts';
import { openTuning, readAdapterConfig } from '../../../src/methods/tunings/adapter-config.ts';
import { create as createFull } from '../../../src/methods/tunings/full.ts';
import { create as createLora } from '../../../src/methods/tunings/lora.ts';
import { options as loraOptions } from '../../../src/methods/tunings/lora.options.ts';
import { create as createAdamw } from '../../../src/training/optimizers/adamw.ts';
import { loadModel } from '../../../src/models/load-model.ts';
import { skeleton } from '../../../src/models/skeleton.ts';
import type { Model, ModelInput } from '../../../src/models/model.ts';
import { isLinear } from '../../../src/engine/nn/index.ts';
import { noGrad, SafetensorsFile, scope } from '../../../src/engine/tensor/index.ts';
import type { Tuning } from '../../../src/methods/interfaces.ts';
import { trainStep } from '../../../src/training/train-step.ts';
import { sampled } from '../../sample.ts';
import { headOutput, tinyCases, tinyConfigs, tinyInput, tinyModel } from '../tiny-models.ts';
import { rowsOfLengths, towardsOne } from '../tiny-training.ts';

const folder = mkdtempSync(join(tmpdir(), 'attune-trained-'));
afterAll(() => rmSync(folder, { recursive: true }));
const LENGTHS = [3, 6, 1, 6];

const rows = rowsOfLengths(LENGTHS);

async function takeStep(model: Model, tuning: Tuning, input: ModelInput): Promise<number> {
  const update = createAdamw(tuning.trainables, { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 });
  const options = { learningRate: 1e-3, weightDecay: 0, maxGradNorm: 0 };
  const request = { microBatches: [rows], step: 0, seed: 1, checkpointing: true, options };
  const { loss } = await trainStep({ model, objective: towardsOne(input, rows), update }, request);
  return loss;
}

function outputs(model: Model, input: ModelInput): number[] {
  return noGrad(() => scope(() => ({ values: headOutput(model, model.hidden(input), input).toNumbers() }))).values;
}

function disposeAll(model: Model, input: ModelInput): void {
  model.dispose();
  input.source?.features?.dispose();
  input.features?.dispose();
}

const cases = (await tinyCases()).filter(([, { isFirst }]) => isFirst);
/** Convolutions get no adapters. */
const adaptable = (
  await Promise.all(
    cases.map(async (one) => {
      const { model } = await skeleton(one[1].raw, { task: one[1].task });
      return model.trunk.modules().some(([, module]) => isLinear(module)) ? [one] : [];
    }),
  )
).flat();

describe('a step changes a model, which is the same when it is read again:', () => {
  it.each(cases)('%s, whole', async (name, tiny) => {
    const model = await tinyModel(tiny, 'f32');
    const input = tinyInput(model, LENGTHS);
    const before = outputs(model, input);
    const tuning = createFull(model, {});
    expect(Number.isFinite(await takeStep(model, tuning, input))).toBe(true);
    const after = outputs(model, input);
    expect(after).not.toEqual(before);

    const place = mkdtempSync(join(folder, 'full-'));
    tuning.save(place, { baseModel: name, task: tiny.task });
    const { model: again, initialised, unused } = await loadModel(place);
    expect([initialised, unused, outputs(again, input)]).toEqual([[], [], after]);
    again.dispose();
    disposeAll(model, input);
  });

  // Configurations of one type differ in what they compute, not in where adapters are placed.
  const some = sampled(adaptable, [([, { raw }]) => String(raw.model_type), ([, { task }]) => task], 1);
  it.each(some)('%s, with an adapter, and otherwise under dropout', async (name, tiny) => {
    const adapted = async (dropout: number) => {
      const model = await tinyModel(tiny, 'f32');
      const options = { ...loraOptions.parse({ r: 2, init_lora_weights: 'gaussian', dropout }), alpha: 4 };
      return { model, input: tinyInput(model, LENGTHS), tuning: createLora(model, options, { seed: 5 }) };
    };
    const { model, input, tuning } = await adapted(0);
    const before = outputs(model, input);
    expect(Number.isFinite(await takeStep(model, tuning, input))).toBe(true);
    const after = outputs(model, input);
    expect(after).not.toEqual(before);

    const place = mkdtempSync(join(folder, 'lora-'));
    tuning.save(place, { baseModel: name, task: tiny.task });
    const again = await tinyModel(tiny, 'f32');
    const adapter = await openTuning(again, await readAdapterConfig(place));
    using file = new SafetensorsFile(join(place, 'adapter_model.safetensors'));
    scope(() => adapter.load(new Map(file.names.map((one) => [one, file.get(one)]))));
    expect(outputs(again, input)).toEqual(after);

    const dropped = await adapted(0.5);
    // The first loss is the base model's, since an adapter starts without effect.
    await takeStep(dropped.model, dropped.tuning, dropped.input);
    const losses = [await takeStep(model, tuning, input), await takeStep(dropped.model, dropped.tuning, dropped.input)];
    expect(losses.every(Number.isFinite)).toBe(true);
    expect(losses[0]).not.toBe(losses[1]);
    for (const one of [adapter, tuning, dropped.tuning]) one.dispose();
    again.dispose();
    disposeAll(model, input);
    disposeAll(dropped.model, dropped.input);
  });
});

it.each([
  ['gpt2', true],
  ['llama', false],
] as const)('adapter_config.json of %s says whether weights are stored the other way round: %s', async (type, isSo) => {
  const model = await tinyModel({ raw: tinyConfigs[type][0], task: 'causal-lm' }, 'f32');
  const tuning = createLora(model, { ...loraOptions.parse({ r: 2 }), alpha: 4 }, { seed: 5 });
  tuning.save(folder, { baseModel: type, task: 'causal-lm' });
  expect(readJson<{ fan_in_fan_out: boolean }>(join(folder, 'adapter_config.json')).fan_in_fan_out).toBe(isSo);
  tuning.dispose();
  model.dispose();
});
