// Estimates from shapes agree with the memory of tensors in a real step.
import { describe, expect, it } from 'vitest';
import type { JobContext } from '../../../src/base/job.ts';
import { run as estimate } from '../../../src/jobs/estimate/estimate.ts';
import { planRun, type StepChoice } from '../../../src/jobs/estimate/planned-run.ts';
import { stepMemory } from '../../../src/jobs/estimate/step-memory.ts';
import { comparisonBytes } from '../../../src/jobs/train/comparison-memory.ts';
import { planRunMemory } from '../../../src/jobs/train/plan-memory.ts';
import { createStorage, keepOf, settleFrozen } from '../../../src/jobs/train/build-trainer.ts';
import { storages } from '../../../src/methods/storages/index.ts';
import { complete, options as loraOptions } from '../../../src/methods/tunings/lora.options.ts';
import { tunings } from '../../../src/methods/tunings/index.ts';
import { ClippedSum } from '../../../src/training/optimizers/clipped-sum.ts';
import { updates } from '../../../src/training/optimizers/index.ts';
import { createModel } from '../../../src/models/load-model.ts';
import { keptParameters } from '../../../src/models/kept-weights.ts';
import { engine, noGrad, scope } from '../../../src/engine/tensor/index.ts';
import type { PreparedRow } from '../../../src/answering/tasks/rows/prepared-rows.ts';
import type { Tuning, Update } from '../../../src/methods/interfaces.ts';
import type { Recipe } from '../../../src/training/recipe/recipe.ts';
import { trainStep } from '../../../src/training/train-step.ts';
import { nextTokenObjective } from '../next-token-objective.ts';
import { tinyMedia } from '../tiny-media.ts';

const N = 64;
const config = {
  model_type: 'llama',
  vocab_size: 256,
  hidden_size: 64,
  intermediate_size: 160,
  num_hidden_layers: 3,
  num_attention_heads: 4,
  max_position_embeddings: 256,
  tie_word_embeddings: false,
};
const row: PreparedRow = {
  id: '2234567890abcde0',
  ids: Int32Array.from({ length: N }, (_, t) => (t * 13 + 5) % 256),
  trained: new Uint8Array(N).fill(1),
  source: { file: 'rows.jsonl', line: 1 },
};

interface Held {
  parameters: number;
  /** Bytes between steps, and peak during one. */
  held: number;
  peak: number;
}

/** Measures the same with real tensors, on the CPU. */
async function measure(choice: StepChoice, checkpointing: boolean): Promise<Held> {
  const before = engine().tensorBytes('cpu');
  const model = await createModel(config, { dtype: 'f32', seed: 3 });
  const { keep } = await keepOf(choice);
  noGrad(() => {
    for (const [parameter, quantise] of keptParameters(model, keep))
      scope(() => parameter.assign(quantise(parameter.tensor, '')));
  });
  const { method, ...options } = choice.tuning;
  const tokens = method === 'trainable_tokens' ? [3, 4] : [];
  const tuning = await (await tunings.load(method)).create(model, options, { seed: 0, tokens });
  settleFrozen(model, 'f32');
  const storage = await createStorage(choice, model);
  const { name, ...own } = choice.optimizer;
  // Indices of single values are in memory owned by JavaScript.
  const lent = [...tuning.state().values()].reduce((sum, { dtype, bytes }) => sum + (dtype === 'i32' ? bytes : 0), 0);
  const plan = { rows: 1000, batchSize: 1, steps: 100, secret: 0 };
  const created = await (await updates.load(name)).create(tuning.trainables, own, plan);
  const update = tuning.govern?.(created, plan.steps) ?? created;
  const held = engine().tensorBytes('cpu') - before + lent;
  engine().takeTensorPeak('cpu');
  const options_ = { learningRate: 0, weightDecay: 0, maxGradNorm: 0 };
  const request = { microBatches: [[row]], step: 0, seed: 1, checkpointing, options: options_ };
  await trainStep({ model, objective: nextTokenObjective, update: stillOf(tuning, update) }, request);
  const peak = engine().takeTensorPeak('cpu') - before + lent;
  const parameters = tuning.trainables.reduce((sum, { parameter }) => sum + parameter.size, 0);
  for (const moment of update.state().values()) moment.dispose();
  storage.dispose();
  tuning.dispose();
  model.dispose();
  return { parameters, held, peak };
}

/** Consumes the gradients without changing weights. */
function stillOf({ trainables }: Tuning, { needs }: Update): Update {
  const step = () => {
    for (const { parameter } of trainables) parameter.tensor.grad = undefined;
    return 0;
  };
  const still = { needs, step, state: () => new Map(), load: () => undefined };
  if (needs !== 'row-gradients') return still;
  return {
    ...still,
    async drive(passes) {
      const sum = new ClippedSum(trainables, 1);
      const factorOf = (norm: number) => sum.factorOf(norm);
      const cut =
        (await passes.cutGradients!(trainables, factorOf)) ?? (await passes.rowGradients(trainables, factorOf));
      sum.clear();
      return { perRow: cut.losses, gradNorm: 0 };
    },
  };
}

async function foresee(choice: StepChoice, checkpointing: boolean): Promise<Held> {
  using run = await planRun(config, choice, 'f32');
  const { frozen, trained, optimizer, gradients, activations } = stepMemory(run, N, checkpointing);
  const parameters = run.tuning.trainables.reduce((sum, { parameter }) => sum + parameter.size, 0);
  const held = frozen + trained + optimizer;
  return { parameters, held, peak: held + gradients + activations };
}

/** Options for methods whose defaults do not suit such a small model, or one without biases. */
const OWN: Record<string, Record<string, unknown>> = {
  adaption_prompt: { adapter_len: 3 },
  vblora: { num_vectors: 16, vector_length: 8 },
  c3a: { block_size: 8 },
  road: { group_size: 8 },
  fourierft: { n_frequency: 60 },
  trainable_tokens: { trainable_tokens: ['a', 'b'] },
  prompt_tuning: { num_virtual_tokens: 20 },
};

/** Default options are filled in when methods are created. */
const choice = (method: string, storage = 'dense', optimizer = 'adamw') =>
  ({
    tuning: { method, ...OWN[method] },
    storage: { name: storage },
    optimizer: { name: optimizer },
  }) as StepChoice;

/** Descriptions of estimates that differ from the measurement. */
async function misfits(choice: StepChoice, ways = [false]): Promise<string[]> {
  const found: string[] = [];
  for (const checkpointing of ways) {
    const foreseen = await foresee(choice, checkpointing);
    const measured = await measure(choice, checkpointing);
    const off = (key: keyof Held) => Math.abs(foreseen[key] / measured[key] - 1);
    if (off('parameters') === 0 && off('held') < 0.05 && off('peak') < BOUND) continue;
    found.push(`${JSON.stringify(foreseen)} in place of ${JSON.stringify(measured)}`);
  }
  return found;
}

const BOUND = 0.15;
const LORA = { ...complete(loraOptions.parse({ r: 4 })), method: 'lora' };

describe('a step on shapes trains as many parameters and holds as much as one with numbers', () => {
  it.each(tunings.names.filter((name) => name !== 'bitfit'))('with tuning %s', async (method) => {
    expect(await misfits(choice(method), method === 'lora' ? [false, true] : [false])).toEqual([]);
  });

  it.each([20, 50, 100])('with %i virtual tokens', async (count) => {
    const { storage, optimizer } = choice('lora');
    const behind = (method: string) =>
      ({ tuning: { method, num_virtual_tokens: count }, storage, optimizer }) as StepChoice;
    for (const method of ['prompt_tuning', 'p_tuning', 'prefix']) expect(await misfits(behind(method))).toEqual([]);
  });

  it.each(storages.names)('with storage %s', async (storage) => {
    expect(await misfits(choice('lora', storage))).toEqual([]);
  });

  it.each(updates.names.filter((name) => name !== 'mezo'))('with optimizer %s', async (name) => {
    expect(await misfits(choice('lora', 'dense', name))).toEqual([]);
  });

  it.each(['lora', 'full', 'loha'])('with optimizer dp_sgd and tuning %s', async (method) => {
    expect(await misfits(choice(method, 'dense', 'dp_sgd'), [false, true])).toEqual([]);
  });
});

it('what LoftQ begins with is not held by a step', async () => {
  const begunWith = (start: unknown) => {
    const tuning = { ...complete(loraOptions.parse({ r: 4, init_lora_weights: start })), method: 'lora' as const };
    return { ...choice('lora', 'nf4'), tuning };
  };
  const before = engine().tensorBytes('meta');
  expect(await foresee(begunWith('loftq'), false)).toEqual(await foresee(begunWith(true), false));
  expect(engine().tensorBytes('meta')).toBe(before);
});

it('a comparison holds the base without the storage of the run', async () => {
  const size = { train: [], testRows: 8, longest: N, isPromptable: true, hasCheap: false };
  using dense = await planRun(config, choice('lora'), 'bf16');
  using packed = await planRun(config, choice('lora', 'nf4'), 'bf16');
  const bytesOf = ({ model }: typeof dense) =>
    comparisonBytes({ ...size, model }) + [...model.parameters()].reduce((sum, [, { bytes }]) => sum + bytes, 0);
  expect(bytesOf(packed)).toBe(bytesOf(dense));
});

it('a run says how its steps are split where that was not asked for', async () => {
  const model = await createModel(config, { dtype: 'f32', seed: 3 });
  const tuning = await (await tunings.load('lora')).create(model, complete(loraOptions.parse({ r: 4 })), { seed: 0 });
  const noteOf = async (training: object): Promise<string | undefined> => {
    const usual = { gradient_checkpointing: 'auto', micro_batch_tokens: 'auto', max_memory: null };
    const { optimizer, ...rest } = choice('lora');
    const recipe = { ...rest, tuning: LORA, training: { ...usual, optimizer, ...training } } as unknown as Recipe;
    return (await planRunMemory({ recipe, model, tuning, objective: nextTokenObjective, longest: 16 })).note;
  };
  expect(await noteOf({})).toBeUndefined();
  expect(await noteOf({ micro_batch_tokens: 64 })).toBeUndefined();
  expect(await noteOf({ gradient_checkpointing: true })).toBeUndefined();
  expect(await noteOf({ gradient_checkpointing: 'least' })).toBeUndefined();
  expect(await noteOf({ micro_batch_tokens: 64, max_memory: '400GB' })).toBeUndefined();
  expect(await noteOf({ micro_batch_tokens: 64, max_memory: 1 })).toContain('may still need more than max_memory 1 B');
  expect(await noteOf({ micro_batch_tokens: 64, max_memory: '2KB' })).toContain(
    'it may still need more than max_memory 2KB',
  );
  tuning.dispose();
  model.dispose();
});

it('an estimate of rows that the model cannot read is refused', async () => {
  const context = { emit: () => {}, signal: new AbortController().signal } as unknown as JobContext;
  const input = { config, tokens: 10, rowTokens: 257, choices: [] };
  await expect(estimate(input, context)).rejects.toMatchObject({
    code: 'E_USAGE',
    problems: [{ field: '--max-length', fix: 'give at most 256' }],
  });
  expect((await estimate({ ...input, rowTokens: 256 }, context)).rowTokens).toBe(256);
});

it.each(['parakeet_ctc', 'moonshine'] as const)(
  'a step of %s is estimated on a recording in its form',
  async (type) => {
    const context = { emit: () => {}, signal: new AbortController().signal } as unknown as JobContext;
    const [raw] = tinyMedia[type];
    const choices = [{ ...choice('full'), name: 'full' }];
    const { plans } = await estimate({ config: raw, tokens: 10, rowTokens: 8, choices }, context);
    const { bf16, f32 } = plans[0].memory;
    expect((bf16 ?? f32)?.kept.activations).toBeGreaterThan(0);
  },
);
