// R rows, C classes
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { CheckpointFiles } from '../../src/models/checkpoint-files.ts';
import { loadModel } from '../../src/models/load.ts';
import type { Model, ModelInput } from '../../src/models/model.ts';
import type { StageRunner } from '../../src/models/stack.ts';
import { saveModel } from '../../src/models/save.ts';
import { openTuning, readAdapterConfig } from '../../src/methods/tuning/adapter-config.ts';
import { create as createFull } from '../../src/methods/tuning/full.ts';
import { create as createLora } from '../../src/methods/tuning/lora.ts';
import { options as loraOptions } from '../../src/methods/tuning/lora.options.ts';
import { create as createAdamw } from '../../src/methods/update/adamw.ts';
import { ModuleBuffer } from '../../src/nn/index.ts';
import { noGrad, SafetensorsFile, scope, type Tensor } from '../../src/tensor/index.ts';
import type { Batch, Objective, PreparedRow, Tuning } from '../../src/train/interfaces.ts';
import { trainStep } from '../../src/train/step.ts';
import { tinyConfigs } from './tiny-configs.ts';
import { tinyInput, tinyModel } from './tiny-models.ts';

const folder = mkdtempSync(join(tmpdir(), 'attune-tuning-'));
afterAll(() => rmSync(folder, { recursive: true }));

const rows = [0, 1, 2].map((row): PreparedRow => {
  const source = { file: 'rows', line: row + 1 };
  return { id: `${row}`, ids: new Int32Array(4), trained: new Uint8Array(4), label: row, source };
});

/** Image classifiers of every kind, without dropout in what is compared. */
const cases = (['vit', 'dinov2', 'clip', 'siglip', 'mobilenet_v2', 'resnet'] as const).flatMap((name) =>
  tinyConfigs[name].map((raw, i) => [`${name} ${i + 1}`, raw] as const),
);

/** The mean of the first score, of images that are always the same. */
function objectiveOf(model: Model): Objective {
  const input = tinyInput(model, [1, 1, 1]);
  return {
    task: 'sequence',
    accepts: [],
    separable: true,
    unit: 'rows',
    prepare: async () => ({ rows: [...rows], problems: [] }),
    collate: (): Batch => ({ input: { ...input, features: input.features?.to('f32') }, rows }),
    counts: () => ({ rows: rows.length }),
    loss(_model, batch, { runner }) {
      const scores = scoresOf(model, batch.input, runner);
      return { perRow: scores.logSoftmax(-1).select(1, 0).neg().div(rows.length), tally: {} };
    },
  };
}

function scoresOf(model: Model, input: ModelInput, runner?: StageRunner): Tensor {
  return model.sequenceHead.scores(model.hidden(input, { runner }), model.layoutOf(input));
}

/** The loss before and after six steps, as the model is used: a step's own loss has dropped paths in it. */
async function steps(model: Model, tuning: Tuning): Promise<{ before: number; after: number }> {
  const update = createAdamw(tuning.trainables, { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 });
  const objective = objectiveOf(model);
  const loss = () =>
    noGrad(() => scope(() => objective.loss(model, objective.collate(rows), { totals: {} }).perRow.sum().item()));
  const before = loss();
  for (let step = 0; step < 6; step++) {
    const options = { learningRate: 5e-3, weightDecay: 0, maxGradNorm: 1 };
    const request = { microBatches: [rows], step, seed: 1, checkpointing: step % 2 === 1, options };
    await trainStep({ model, objective, update }, request);
  }
  return { before, after: loss() };
}

function outputs(model: Model): number[] {
  const input = tinyInput(model, [1, 1, 1]);
  return noGrad(() => scope(() => scoresOf(model, { ...input, features: input.features?.to('f32') }).toNumbers()));
}

describe.each(cases)('%s as an image classifier', (name, raw) => {
  it('learns by full tuning, keeps its running statistics, and is saved and loaded the same', async () => {
    const model = await tinyModel({ raw, task: 'sequence' }, 'f32');
    const buffers = () =>
      [...model.parameters()]
        .filter(([, part]) => part instanceof ModuleBuffer)
        .map(([, part]) => part.tensor.toNumbers());
    const before = buffers();
    const { before: first, after } = await steps(model, createFull(model, {}));
    expect(after).toBeLessThan(0.9 * first);
    expect(buffers()).toEqual(before);
    const place = join(folder, `${name} full`);
    saveModel(model, place);
    using files = new CheckpointFiles(place);
    expect(files.dtype).toBe('f32');
    const { model: again } = await loadModel(place);
    expect(outputs(again)).toEqual(outputs(model));
    model.dispose();
    again.dispose();
  });

  it('learns by LoRA, is saved as PEFT has it, loaded and merged the same', async () => {
    const model = await tinyModel({ raw, task: 'sequence' }, 'f32');
    const base = join(folder, `${name} base`);
    saveModel(model, base);
    const options = { ...loraOptions.parse({ r: 2, modules_to_save: ['classifier'] }), alpha: 4 };
    const tuning = createLora(model, options as never, { seed: 5 });
    const { before, after } = await steps(model, tuning);
    expect(after).toBeLessThan(0.9 * before);
    const adapter = join(folder, `${name} lora`);
    tuning.save(adapter, { baseModel: base, task: 'sequence' });
    // PEFT would put adapters on depthwise convolutions by a name that they share.
    const { target_modules: targets } = (await readAdapterConfig(adapter)).options as unknown as {
      target_modules: string[];
    };
    expect(targets.some((target) => target.endsWith('conv_3x3.convolution'))).toBe(false);
    expect(targets.includes('convolution')).toBe(raw.model_type === 'resnet');
    const tuned = outputs(model);
    const { model: again } = await loadModel(base);
    const opened = await openTuning(again, await readAdapterConfig(adapter));
    using file = new SafetensorsFile(join(adapter, 'adapter_model.safetensors'));
    scope(() => opened.load(new Map(file.names.map((key) => [key, file.get(key)]))));
    expect(outputs(again)).toEqual(tuned);
    opened.merge();
    const largest = Math.max(1, ...tuned.map(Math.abs));
    for (const [i, value] of outputs(again).entries()) expect(Math.abs(value - tuned[i])).toBeLessThan(1e-4 * largest);
    model.dispose();
    again.dispose();
  });
});
