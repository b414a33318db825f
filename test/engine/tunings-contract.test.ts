// What every tuning has to do, on decoders, encoders, both together, models of images and of speech.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import type { AttuneError } from '../../src/base/errors.ts';
import { openTuning, readAdapterConfig } from '../../src/methods/tuning/adapter-config.ts';
import { tunings, type TuningName } from '../../src/methods/tuning/index.ts';
import { updates } from '../../src/methods/update/index.ts';
import { loadModel } from '../../src/models/load.ts';
import type { Model } from '../../src/models/model.ts';
import { noGrad, SafetensorsFile, scope, type Tensor } from '../../src/tensor/index.ts';
import type { Batch, Objective, PreparedRow, Tuning } from '../../src/train/interfaces.ts';
import { trainStep } from '../../src/train/step.ts';
import { inputOf } from '../../tools/parity/input.ts';
import { outputOf, runForward, type Forward } from '../../tools/parity/outputs.ts';

const fixtures = fileURLToPath(new URL('../../fixtures/models', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'attune-tunings-'));
afterAll(() => rmSync(folder, { recursive: true }));

const models = ['llama', 'gpt2', 'bert_cls', 't5', 'vit', 'clip', 'whisper', 'wav2vec2'] as const;

interface Expectations {
  options?: Record<string, unknown> | ((model: Model) => object);
  /** Tokens whose rows it trains. */
  tokens?: readonly number[];
  /** How far from the base model it begins, by rounding. */
  startError?: number;
  /** Why it does not begin as the base model. */
  startsElsewhere?: string;
  /** Models that have nothing for it to change: it has to refuse them. */
  refuses?: readonly (typeof models)[number][];
  /** Why its result cannot become the model's own weights. */
  notMerged?: string;
  /** Why the model as it was cannot be asked while it is tuned. */
  noReference?: string;
}

const moves = 'the weights of the model themselves move';

/** What does not hold for all of them, with the reason. */
const expectations: Partial<Record<TuningName, Expectations>> = {
  lora: { options: { r: 2 } },
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

async function load(name: string) {
  const base = join(fixtures, name);
  const { model } = await loadModel(base, { dtype: 'f32' });
  const file = new SafetensorsFile(join(base, 'expected.safetensors'));
  const batch = new Map(file.names.map((one) => [one, file.get(one)]));
  return { base, model, batch };
}

type Loaded = Awaited<ReturnType<typeof load>>;

function logitsOf({ model, batch }: Pick<Loaded, 'model' | 'batch'>): Tensor {
  return valuesOf(runForward(model, batch, inputOf(model, batch)));
}

function valuesOf(forward: Forward): Tensor {
  return outputOf(forward, forward.model.task === 'contrastive' ? 'logits_per_text' : 'logits')!.values;
}

function outputs(loaded: Pick<Loaded, 'model' | 'batch'>): number[] {
  return noGrad(() => scope(() => [...logitsOf(loaded).toNumbers()]));
}

/** The mean square of all logits, which a model can make smaller in any way. */
function objectiveOf(loaded: Loaded): Objective {
  const row: PreparedRow = {
    id: '1',
    ids: new Int32Array(4),
    trained: new Uint8Array(4),
    source: { file: '', line: 1 },
  };
  const parity = inputOf(loaded.model, loaded.batch);
  return {
    task: loaded.model.task,
    accepts: [],
    separable: true,
    unit: 'rows',
    prepare: async () => ({ rows: [row], problems: [] }),
    collate: (): Batch => ({
      input: parity.input,
      rows: parity.tokens.layout.rowOf.map((r) => ({ ...row, id: `${r}` })),
    }),
    counts: () => ({ rows: 1 }),
    loss: (model, batch, { runner }) => {
      const hidden = model.hidden(batch.input, { runner });
      const imageHidden = parity.images && model.hidden(parity.images, { runner });
      const forward = { ...loaded, input: parity, hidden, imageHidden, aside: [], states: [], encoderStates: [] };
      return { perRow: valuesOf(forward).pow(2).mean().reshape(1), tally: {} };
    },
  };
}

/** The loss of each of four steps. */
async function train(loaded: Loaded, tuning: Tuning): Promise<number[]> {
  const plan = { rows: 1, batchSize: 1, steps: 4, secret: 0 };
  const plain = await (await updates.load('adamw')).create(tuning.trainables, {}, plan);
  const update = tuning.govern?.(plain, 4) ?? plain;
  const losses: number[] = [];
  for (let step = 0; step < 4; step++) {
    // Scores of pairs are multiplied by a learnt scale: the usual rate goes past the minimum.
    const learningRate = loaded.model.task === 'contrastive' ? 5e-4 : 5e-3;
    const options = { learningRate, weightDecay: 0, maxGradNorm: 1 };
    const objective = objectiveOf(loaded);
    const { rows } = await objective.prepare([]);
    const request = { microBatches: [rows as PreparedRow[]], step, seed: 1, checkpointing: step % 2 === 1, options };
    losses.push((await trainStep({ model: loaded.model, objective, update }, request)).loss);
  }
  return losses;
}

async function create(name: TuningName, model: Model): Promise<Tuning> {
  const { tokens, options = {} } = expectations[name] ?? {};
  const own = typeof options === 'function' ? options(model) : options;
  return (await tunings.load(name)).create(model, own, { seed: 5, tokens });
}

/** The result read again, on its base model. */
async function reopen(place: string, { base, batch }: Loaded, kind: Tuning['result']) {
  if (kind === 'model') return { model: (await loadModel(place)).model, batch };
  const { model } = await loadModel(base, { dtype: 'f32' });
  const tuning = await openTuning(model, await readAdapterConfig(place));
  using file = new SafetensorsFile(join(place, 'adapter_model.safetensors'));
  scope(() => tuning.load(new Map(file.names.map((one) => [one, file.get(one)]))));
  return { model, batch, tuning };
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

const pairs = tunings.names.flatMap((name) => models.map((model) => [name, model] as const));

describe.each(pairs)('%s on %s', (name, modelName) => {
  const { startsElsewhere, startError = 0, refuses = [], notMerged, noReference } = expectations[name] ?? {};

  it.skipIf(!refuses.includes(modelName))('is refused: there is nothing for it to change', async () => {
    const { model } = await load(modelName);
    await expect(create(name, model)).rejects.toThrow(expect.objectContaining({ code: 'E_NO_TARGETS' }));
    model.dispose();
  });

  it.skipIf(refuses.includes(modelName))(
    'begins at the base model, learns, is saved, switched off and merged',
    async () => {
      const loaded = await load(modelName);
      const before = outputs(loaded);
      const tuning = await create(name, loaded.model);
      expect(farthest(outputs(loaded), before)).toBeLessThanOrEqual(
        startsElsewhere === undefined ? startError : Infinity,
      );
      const losses = await train(loaded, tuning);
      expect(losses[3]).toBeLessThan(losses[0]);
      const tuned = outputs(loaded);
      expect(tuned).not.toEqual(before);
      const reference = noReference === undefined ? tuning.disabled(() => outputs(loaded)) : before;
      expect(farthest(reference, before)).toBeLessThanOrEqual(startError);
      expect(outputs(loaded)).toEqual(tuned);

      const place = mkdtempSync(join(folder, `${name}-${modelName}-`));
      tuning.save(place, { baseModel: loaded.base, task: loaded.model.task });
      const again = await reopen(place, loaded, tuning.result);
      expect(outputs(again)).toEqual(tuned);

      expect(mergeError(tuning)).toBe(notMerged === undefined ? undefined : 'E_NOT_MERGEABLE');
      expect(farthest(outputs(loaded), tuned)).toBeLessThan(1e-4 * Math.max(1, ...tuned.map(Math.abs)));
      tuning.unmerge();
      expect(outputs(loaded)).toEqual(tuned);

      for (const one of [tuning, again.tuning]) one?.dispose();
      for (const { model } of [loaded, again]) model.dispose();
    },
  );
});
