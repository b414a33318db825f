// At its default learning rate, every tuning achieves most of LoRA's reduction of the loss.
import { beforeAll, describe, expect, it } from 'vitest';
import type { RunEvent } from '../../../src/base/events.ts';
import { collateRows } from '../../../src/answering/tasks/rows/collate.ts';
import { countTokens } from '../../../src/answering/tasks/rows/trained-tokens.ts';
import { nextTokenLoss } from '../../../src/training/objectives/next-token.ts';
import { tunings, type TuningName } from '../../../src/methods/tunings/index.ts';
import { updates } from '../../../src/training/optimizers/index.ts';
import { createModel } from '../../../src/models/load-model.ts';
import type { Model } from '../../../src/models/model.ts';
import { fromArray, noGrad, scope } from '../../../src/engine/tensor/index.ts';
import type { Objective } from '../../../src/training/objective.ts';
import type { PreparedRow } from '../../../src/answering/tasks/rows/prepared-rows.ts';
import type { PassedRows, Tuning } from '../../../src/methods/interfaces.ts';
import type { TokenRow } from '../../../src/data/cut-row.ts';
import { evaluateBase } from '../../../src/training/evaluate-base.ts';
import { learningRateAt } from '../../../src/methods/recipe/rate-schedule.ts';
import { trainStep } from '../../../src/training/train-step.ts';
import { suggestedTraining } from '../../../src/training/suggested-training.ts';
import { Trainer } from '../../../src/training/trainer.ts';
import type { TrainerHooks, TrainerOptions, TrainerParts } from '../../../src/training/trainer-parts.ts';

const config = {
  model_type: 'llama',
  vocab_size: 56,
  hidden_size: 64,
  intermediate_size: 128,
  num_hidden_layers: 1,
  num_attention_heads: 4,
  num_key_value_heads: 4,
  max_position_embeddings: 64,
  initializer_range: 0.05,
  tie_word_embeddings: true,
  attention_bias: true,
  mlp_bias: true,
};

/** Number tokens are below this; three more tokens announce which rule follows. */
const NUMBERS = 53;
const [FIRST, SECOND, ANY] = [53, 54, 55];
const first = (x: number) => (5 * x + 1) % NUMBERS;
const second = (x: number) => (7 * x + 2) % NUMBERS;

function rowsOf(marker: number, next: (x: number) => number): PreparedRow[] {
  return Array.from({ length: NUMBERS }, (_, start) => {
    const ids = [marker, start];
    while (ids.length < 10) ids.push(next(ids.at(-1)!));
    const trained = Uint8Array.from(ids, (_id, place) => (place < 2 ? 0 : 1));
    return { id: `${start}`, ids: Int32Array.from(ids), trained, source: { file: 'rows', line: start + 1 } };
  });
}

/**
 * The base knows both rules by their tokens, and follows the first after the third token; it shall learn to follow the
 * second there.
 */
const known = [rowsOf(FIRST, first), rowsOf(SECOND, second), rowsOf(ANY, first)];
const pretrained = known[0].flatMap((_, i) => known.map((rows) => rows[i]));
const tuned = rowsOf(ANY, second);

/** Smaller blocks than for models that are worth tuning. */
const options: Partial<Record<TuningName, object>> = {
  road: { group_size: 16 },
  c3a: { block_size: 16 },
  fourierft: { n_frequency: 200 },
  oft: { oft_block_size: 16 },
  boft: { boft_block_size: 4, boft_n_butterfly_factor: 2 },
  hra: { r: 4 },
  vblora: { num_vectors: 32, vector_length: 16 },
  randlora: { r: 8 },
  adapter: { style: 'houlsby', bottleneck_size: 16 },
};

const objective: Objective = {
  task: 'causal-lm',
  accepts: [],
  separable: true,
  unit: 'tokens',
  prepare: () => Promise.reject(new Error('rows are made here')),
  collate: (rows) => collateRows(rows, { causal: true }),
  counts: countTokens,
  loss: nextTokenLoss,
};

async function train(model: Model, tuning: Tuning, run: { rows: readonly PreparedRow[]; rate: number; steps: number }) {
  const { rows, rate, steps } = run;
  const plain = await (await updates.load('adamw')).create(tuning.trainables, {}, { ...plan, steps });
  const update = tuning.govern?.(plain, steps) ?? plain;
  const schedule = { scheduler: 'cosine', learningRate: rate, warmupSteps: 2, totalSteps: steps } as const;
  for (let step = 0; step < steps; step++) {
    const batch = Array.from({ length: 8 }, (_, i) => rows[(8 * step + i) % rows.length]);
    const moves = { learningRate: learningRateAt(schedule, step), weightDecay: 0, maxGradNorm: 1 };
    await trainStep(
      { model, objective, update },
      { microBatches: [batch], step, seed: 1, checkpointing: false, options: moves },
    );
  }
  update.dispose?.();
}

function lossOf(model: Model): number {
  const batch = objective.collate(tuned);
  return noGrad(() =>
    scope(() =>
      objective
        .loss(model, batch, { totals: objective.counts(batch) })
        .perRow.sum()
        .item(),
    ),
  );
}

const plan = { rows: NUMBERS, batchSize: 8, steps: 1, secret: 0 };
const base = new Map<string, number[]>();
let before = 0;
let ofLora = 0;

async function openBase(): Promise<Model> {
  const model = await createModel(config, { task: 'causal-lm', dtype: 'f32', seed: 3 });
  noGrad(() =>
    scope(() => {
      for (const [path, { tensor }] of model.parameters())
        if (base.has(path)) tensor.copy_(fromArray(Float32Array.from(base.get(path)!), tensor.shape));
    }),
  );
  return model;
}

async function lossAfter(name: TuningName): Promise<number> {
  const method = await tunings.load(name);
  const facts = { kind: 'decoder', parameters: 6e6, tuning: name, objective: 'sft' } as const;
  const { learning_rate: rate } = suggestedTraining({ ...facts, rate: method.rate({}) });
  const model = await openBase();
  const tokens = name === 'trainable_tokens' ? Array.from({ length: config.vocab_size }, (_, id) => id) : undefined;
  const tuning = await method.create(model, options[name] ?? {}, { seed: 5, tokens });
  await train(model, tuning, { rows: tuned, rate, steps: 30 });
  const loss = lossOf(model);
  tuning.dispose();
  model.dispose();
  return loss;
}

beforeAll(async () => {
  const model = await openBase();
  const whole = await (await tunings.load('full')).create(model, {}, { seed: 5 });
  await train(model, whole, { rows: pretrained, rate: 3e-3, steps: 150 });
  for (const [path, { tensor }] of model.parameters()) base.set(path, [...tensor.toNumbers()]);
  before = lossOf(model);
  model.dispose();
  ofLora = before - (await lossAfter('lora'));
});

describe('the learning rates that tunings declare', () => {
  it('are those of a task that LoRA learns', () => {
    expect(ofLora).toBeGreaterThan(0.9 * before);
  });

  it.each(tunings.names)('%s brings most of the fall in loss that LoRA does', async (name) => {
    expect(before - (await lossAfter(name))).toBeGreaterThan(0.5 * ofLora);
  });
});

describe('what is measured before the first step', () => {
  it.each(['prompt_tuning', 'p_tuning', 'prefix', 'lora'] as const)(
    'is the base, whatever %s begins as',
    async (name) => {
      const model = await openBase();
      const tuning = await (await tunings.load(name)).create(model, {}, { seed: 5 });
      const begun = lossOf(model);
      const update = await (await updates.load('adamw')).create(tuning.trainables, {}, plan);
      const events: RunEvent[] = [];
      const parts = {
        model,
        tuning,
        update,
        objective,
        train: tuned,
        validation: tuned,
        sampler: { batchesPerEpoch: 1 },
      } as unknown as TrainerParts;
      const hooks = { emit: (event: RunEvent) => void events.push(event), signal: new AbortController().signal };
      const trainer = new Trainer(
        parts,
        { microBatchTokens: 2048 } as TrainerOptions,
        hooks as unknown as TrainerHooks,
      );
      await evaluateBase(trainer, parts);
      expect(events).toMatchObject([{ type: 'evaluation-finished', step: 0 }]);
      expect(trainer.state.initial!.loss).toBeCloseTo(before, 5);
      expect(lossOf(model)).toBe(begun);
      update.dispose?.();
      tuning.dispose();
      model.dispose();
    },
  );

  it('is hardly less than where prefix begins: with keys and values of the model itself', async () => {
    const model = await openBase();
    for (const prefix_projection of [false, true]) {
      const tuning = await (await tunings.load('prefix')).create(model, { prefix_projection }, { seed: 5 });
      expect(lossOf(model)).toBeLessThan(1.1 * before);
      tuning.dispose();
    }
    model.dispose();
  });

  it('and prompt_tuning begins as tokens of training rows, of their answers first, unless rows are protected', async () => {
    const model = await openBase();
    const method = await tunings.load('prompt_tuning');
    const row = (ids: number[], from: number): TokenRow => ({
      ids: Int32Array.from(ids),
      trained: Uint8Array.from(ids, (_, i) => Number(i >= from)),
    });
    const rows = [row([3, 4, 5, 6, 7, 8], 2), row([9, 10], 1)];
    const passed = { rows, emit: () => {}, signal: new AbortController().signal } as unknown as PassedRows;
    const begunAs = async (options: object, given: PassedRows) => {
      const begun = await method.beforeStart(options, model, given);
      const tuning = await method.create(model, options, { seed: 5, starts: begun?.starts });
      const { tensor } = tuning.trainables[0].parameter;
      const table = [...model.trunk.tokenTable!.weight.tensor.data()];
      const values = [...tensor.data()];
      const { hidden_size: width } = config;
      const ids = Array.from({ length: values.length / width }, (_, i) => {
        const begins = table.findIndex(
          (value, at) => at % width === 0 && Math.abs(Number(value) - Number(values[i * width])) < 1e-6,
        );
        return begins / width;
      });
      tuning.dispose();
      return ids;
    };
    expect(await begunAs({ num_virtual_tokens: 3 }, passed)).toEqual([5, 6, 7]);
    expect(await begunAs({ num_virtual_tokens: 10 }, passed)).toEqual([3, 4, 5, 6, 7, 8, 9, 10, 3, 4]);
    const secret = { ...passed, private: 'dp_sgd' };
    expect(await begunAs({ num_virtual_tokens: 3 }, secret)).not.toEqual([5, 6, 7]);
    const asked = { prompt_tuning_init: 'rows' };
    await expect((async () => method.beforeStart(asked, model, secret))()).rejects.toMatchObject({
      code: 'E_START_UNSUPPORTED',
    });
    model.dispose();
  });

  it('is the base also where a reference is asked meanwhile', async () => {
    const model = await openBase();
    const tuning = await (await tunings.load('prompt_tuning')).create(model, {}, { seed: 5 });
    const inside = await tuning.disabled(async () => {
      tuning.disabled(() => lossOf(model));
      await Promise.resolve();
      return lossOf(model);
    });
    expect(inside).toBeCloseTo(before, 5);
    expect(lossOf(model)).not.toBeCloseTo(before, 5);
    tuning.dispose();
    model.dispose();
  });
});
