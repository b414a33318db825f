// Contract of every tuning, on decoders, encoders, encoder-decoders, image models and speech models.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { AttuneError } from '../../../src/base/errors.ts';
import { openTuning, readAdapterConfig } from '../../../src/methods/tunings/adapter-config.ts';
import { tunings, type TuningName } from '../../../src/methods/tunings/index.ts';
import { updates } from '../../../src/training/optimizers/index.ts';
import { CheckpointFiles } from '../../../src/models/checkpoint-files.ts';
import { loadModel } from '../../../src/models/load-model.ts';
import type { Model } from '../../../src/models/model.ts';
import { SafetensorsFile, scope, type DType } from '../../../src/engine/tensor/index.ts';
import type { PreparedRow } from '../../../src/answering/tasks/rows/prepared-rows.ts';
import type { Tuning } from '../../../src/methods/interfaces.ts';
import { trainStep } from '../../../src/training/train-step.ts';
import { sampled } from '../../sample.ts';
import { buffersOf, classifiers, fixtureNames, lossOf, openSubject, type Subject } from '../tuned-subjects.ts';

const folder = mkdtempSync(join(tmpdir(), 'attune-tunings-'));
afterAll(() => rmSync(folder, { recursive: true }));

interface Expectations {
  options?: Record<string, unknown> | ((model: Model) => object);
  /** Tokens whose rows are trained. */
  tokens?: readonly number[];
  /** Rounding error of the initial output against the base model. */
  startError?: number;
  /** Reason for an initial output that differs from the base model's. */
  startsElsewhere?: string;
  /** Models without anything that it can change, which it must reject. */
  refuses?: readonly (typeof fixtureNames)[number][];
  /** Reason why its result cannot be merged into the weights. */
  notMerged?: string;
  /** Reason why the base model cannot be evaluated during training. */
  noReference?: string;
}

const moves = 'the weights of the model themselves move';

/** Exceptions from the contract, with reasons. */
const expectations: Partial<Record<TuningName, Expectations>> = {
  lora: { options: ({ task }) => ({ r: 2, ...(task === 'sequence' && { modules_to_save: ['classifier'] }) }) },
  full: { noReference: moves },
  freeze: { noReference: moves },
  vera: { options: { r: 8 } },
  road: { options: { group_size: 8 } },
  c3a: { options: { block_size: 8 } },
  fourierft: { options: { n_frequency: 60 } },
  boft: { options: { boft_block_size: 4, boft_n_butterfly_factor: 2 } },
  oft: { options: { oft_block_size: 8 } },
  miss: { options: { r: 8 } },
  hra: { options: { r: 4 }, startError: 1e-4 },
  bitfit: { noReference: moves, refuses: ['llama', 't5'] },
  randlora: { options: { r: 8 } },
  trainable_tokens: {
    tokens: Array.from({ length: 100 }, (_, id) => id),
    refuses: ['vit', 'wav2vec2'],
    startError: 1e-5,
  },
  p_tuning: {
    options: { num_virtual_tokens: 3, encoder_reparameterization_type: 'lstm', encoder_hidden_size: 8 },
    startsElsewhere: 'virtual tokens are read from the first step on',
    refuses: ['t5', 'vit', 'clip', 'whisper', 'wav2vec2'],
    notMerged: 'virtual tokens are no weights',
  },
  prefix: {
    options: { num_virtual_tokens: 3 },
    startsElsewhere: 'virtual tokens are attended to from the first step on',
    refuses: ['bert_cls', 't5', 'vit', 'clip', 'whisper', 'wav2vec2'],
    notMerged: 'keys and values of no token are no weights',
  },
  adaption_prompt: {
    options: { adapter_len: 3 },
    refuses: ['bert_cls', 't5', 'vit', 'clip', 'whisper', 'wav2vec2'],
    notMerged: 'what is attended to beside the tokens is no weight',
  },
  adapter: {
    options: ({ architecture: { modelType } }) => {
      return { style: 'houlsby', cross_attention: modelType === 't5' || modelType === 'whisper', bottleneck_size: 4 };
    },
    notMerged: 'it is not linear',
  },
  adalora: { options: { init_r: 6, target_r: 3 } },
  delora: { options: { r: 4, delora_lambda: 0.1 } },
  vblora: {
    options: { num_vectors: 16, vector_length: 8 },
    startsElsewhere: 'no mixture of the bank is zero',
  },
  prompt_tuning: {
    options: { num_virtual_tokens: 3 },
    startsElsewhere: 'virtual tokens are read from the first step on',
    refuses: ['t5', 'vit', 'clip', 'whisper', 'wav2vec2'],
    notMerged: 'virtual tokens are no weights',
  },
};

/** Loss before and after some steps. */
async function train(subject: Subject, tuning: Tuning): Promise<{ before: number; after: number }> {
  const { model, objective, learns } = subject;
  const { rows } = await objective.prepare([]);
  const plan = { rows: rows.length, batchSize: rows.length, steps: learns.steps, secret: 0 };
  const plain = await (await updates.load('adamw')).create(tuning.trainables, {}, plan);
  const update = tuning.govern?.(plain, learns.steps) ?? plain;
  const before = lossOf(subject);
  for (let step = 0; step < learns.steps; step++) {
    // Scores of pairs are multiplied by a learnt scale, so the usual rate would overshoot.
    const learningRate = model.task === 'contrastive' ? 5e-4 : 5e-3;
    const options = { learningRate, weightDecay: 0, maxGradNorm: 1 };
    const request = { microBatches: [rows as PreparedRow[]], step, seed: 1, checkpointing: step % 2 === 1, options };
    await trainStep({ model, objective, update }, request);
  }
  return { before, after: lossOf(subject) };
}

async function create(name: TuningName, model: Model): Promise<Tuning> {
  const { tokens, options = {} } = expectations[name] ?? {};
  const own = typeof options === 'function' ? options(model) : options;
  return (await tunings.load(name)).create(model, own, { seed: 5, tokens });
}

interface Reopened {
  model: Model;
  tuning?: Tuning;
  /** Data type in the file. */
  stored: DType;
}

/** Loads the saved result on its base model. */
async function reopen(place: string, base: string, kind: Tuning['result']): Promise<Reopened> {
  if (kind === 'model') {
    using files = new CheckpointFiles(place);
    return { model: (await loadModel(place)).model, stored: files.dtype };
  }
  const { model } = await loadModel(base, { dtype: 'f32' });
  const tuning = await openTuning(model, await readAdapterConfig(place));
  using file = new SafetensorsFile(join(place, 'adapter_model.safetensors'));
  scope(() => tuning.load(new Map(file.names.map((one) => [one, file.get(one)]))));
  return { model, tuning, stored: file.get(file.names[0]).dtype };
}

function farthest(values: readonly number[], others: readonly number[]): number {
  return values.reduce((most, value, i) => Math.max(most, Math.abs(value - others[i])), 0);
}

function mergeError(tuning: Tuning): string | undefined {
  try {
    tuning.merge();
    return undefined;
  } catch (error) {
    return (error as AttuneError).code;
  }
}

/** All tunings on models of every kind; on image classifiers only the basic ones. */
const pairs: [TuningName, string][] = [
  ...tunings.names.flatMap((name) => fixtureNames.map((model) => [name, model] as [TuningName, string])),
  ...(['full', 'lora'] as const).flatMap((name) => classifiers.map((one) => [name, one.name] as [TuningName, string])),
];
const isRefused = ([name, model]: (typeof pairs)[number]) =>
  (expectations[name]?.refuses as readonly string[] | undefined)?.includes(model) === true;

/** Each tuning on some models that it supports, and each model with some tunings. */
const some = sampled(
  pairs.filter((pair) => !isRefused(pair)),
  [([name]) => name, ([, model]) => model],
  3,
);

describe('a tuning', () => {
  it.each(pairs.filter(isRefused))(
    '%s is refused on %s: there is nothing for it to change',
    async (name, modelName) => {
      const { model } = await openSubject(modelName, folder);
      await expect(create(name, model)).rejects.toThrow(expect.objectContaining({ code: 'E_NO_TARGETS' }));
      model.dispose();
    },
  );

  it.each(some)(
    '%s on %s begins at the base model, learns, is saved, switched off and merged',
    async (name, modelName) => {
      const { startsElsewhere, startError = 0, notMerged, noReference } = expectations[name] ?? {};
      const subject = await openSubject(modelName, folder);
      const { model, base, outputs, learns } = subject;
      const [before, buffers] = [outputs(), buffersOf(model)];
      const tuning = await create(name, model);
      expect(farthest(outputs(), before)).toBeLessThanOrEqual(startsElsewhere === undefined ? startError : Infinity);
      const loss = await train(subject, tuning);
      expect(loss.after).toBeLessThan(learns.share * loss.before);
      expect(buffersOf(model)).toEqual(buffers);
      const tuned = outputs();
      expect(tuned).not.toEqual(before);
      const reference = noReference === undefined ? tuning.disabled(() => outputs()) : before;
      expect(farthest(reference, before)).toBeLessThanOrEqual(startError);
      expect(outputs()).toEqual(tuned);

      const place = mkdtempSync(join(folder, `${name}-`));
      tuning.save(place, { baseModel: base, task: model.task });
      const again = await reopen(place, base, tuning.result);
      expect([again.stored, outputs(again.model)]).toEqual(['f32', tuned]);

      expect(mergeError(tuning)).toBe(notMerged === undefined ? undefined : 'E_NOT_MERGEABLE');
      expect(farthest(outputs(), tuned)).toBeLessThan(1e-4 * Math.max(1, ...tuned.map(Math.abs)));
      tuning.unmerge();
      expect(outputs()).toEqual(tuned);

      for (const one of [tuning, again.tuning]) one?.dispose();
      for (const one of [model, again.model]) one.dispose();
    },
  );
});

describe('LoRA on image classifiers', () => {
  // PEFT would match depthwise convolutions by a name that they share.
  it.each(classifiers)('$name: names convolutions as PEFT would find them', async ({ name, raw }) => {
    const { model, base } = await openSubject(name, folder);
    const tuning = await create('lora', model);
    const place = mkdtempSync(join(folder, 'lora-targets-'));
    tuning.save(place, { baseModel: base, task: 'sequence' });
    const { options } = await readAdapterConfig(place);
    const { target_modules: targets } = options as unknown as { target_modules: string[] };
    expect(targets.some((target) => target.endsWith('conv_3x3.convolution'))).toBe(false);
    expect(targets.includes('convolution')).toBe(raw.model_type === 'resnet');
    tuning.dispose();
    model.dispose();
  });
});
