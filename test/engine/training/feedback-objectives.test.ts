import { describe, expect, it } from 'vitest';
import { createModel } from '../../../src/models/load-model.ts';
import type { Model } from '../../../src/models/model.ts';
import { create as createLora } from '../../../src/methods/tunings/lora.ts';
import { options as loraOptions } from '../../../src/methods/tunings/lora.options.ts';
import { objectives } from '../../../src/training/objectives/index.ts';
import { sharedPromptRow } from '../../../src/answering/tasks/rows/shared-prompt.ts';
import {
  groupRows,
  withAdvantages,
  type TrainedRollout,
  type PromptRow,
} from '../../../src/training/objectives/group-rows.ts';
import { noGrad, scope } from '../../../src/engine/tensor/index.ts';
import { evaluateRows } from '../../../src/training/evaluate-losses.ts';
import { Rollouts } from '../../../src/training/produce.ts';
import type { Objective, Processor } from '../../../src/training/objective.ts';
import type { PreparedRow, Reference, TextsRow } from '../../../src/answering/tasks/rows/prepared-rows.ts';
import type { Tuning, Update } from '../../../src/methods/interfaces.ts';
import { trainStep } from '../../../src/training/train-step.ts';
import type { PpoRow } from '../../../src/training/objectives/critic.ts';

const config = {
  model_type: 'llama',
  vocab_size: 61,
  hidden_size: 32,
  intermediate_size: 48,
  num_hidden_layers: 2,
  num_attention_heads: 4,
  num_key_value_heads: 2,
  max_position_embeddings: 128,
  initializer_range: 0.2,
  tie_word_embeddings: true,
};

const processor = { tokenizer: {}, now: new Date(0), causal: true } as unknown as Processor;

/** Tokens determined by length and seed. */
function tokens(length: number, seed: number): number[] {
  return Array.from({ length }, (_, t) => (t * 17 + seed * 29 + 5) % 61);
}

function rendered(prompt: number[], answer: number[]) {
  const trained = Uint8Array.from([...prompt.map(() => 0), ...answer.map(() => 1)]);
  return { ids: Int32Array.from([...prompt, ...answer]), trained, pieces: [] };
}

function rowOf(r: number, answers: number[][], options = {}): TextsRow {
  const prompt = tokens(5 + 3 * r, r);
  const place = { id: (0x1234567890abcde0n + BigInt(r)).toString(16), source: { file: 'rows', line: r + 1 } };
  return sharedPromptRow(
    place,
    answers.map((answer) => rendered(prompt, answer)),
    options,
  );
}

const pairs = [0, 1, 2, 3].map((r) => rowOf(r, [tokens(4 + r, r + 10), tokens(7, r + 20)], { trainsPrompt: true }));
const verdicts = [0, 1, 2, 3].map((r) => ({
  ...rowOf(r, [tokens(4 + r, r + 10), tokens(6, r + 20)]),
  label: r % 2,
}));
const singles = [0, 1, 2, 3].map((r) => ({ ...rowOf(r, [tokens(4 + r, r + 10)]), label: r % 2 }));
const promptOf = (r: number): PromptRow => {
  const { id, source } = rowOf(r, [[1]]);
  const ids = Int32Array.from(tokens(6, r));
  const prompt = { kind: 'prompt', id, source, prompt: 'p', columns: {} } as const;
  return { id, source, ids, trained: new Uint8Array(ids.length), prompt };
};
const groups = [0, 1, 2].flatMap((r) => {
  const prompt = promptOf(r);
  const rollouts = [3, 5, 4].map((length, i) => ({
    row: prompt,
    ids: tokens(length, r + i),
    isComplete: true,
    text: '',
    isTrained: true,
  }));
  return groupRows(rollouts, 1000);
});
const policyRows = withAdvantages(groups, [1, -0.5, -0.5, 0.3, 0.4, -0.7, 0, 1, -1]);

/** Rows as PPO's `produce` returns them: answers of 3, 5 and 4 tokens, the second of which reaches the limit. */
const criticRows = groups.map((row): PpoRow => {
  const wave = (count: number, by: number) => Float32Array.from({ length: count }, (_, i) => Math.sin(by * (i + 1)));
  return {
    ...row,
    sampled: wave(12, 3).map((x) => x - 4),
    advantages: wave(12, 1),
    values: wave(14, 2),
    returns: wave(14, 5),
  };
});

/** Rows as XPO's and Nash-MD's `produce` returns them. */
const rollout = (r: number, length: number, i: number): TrainedRollout => ({
  row: promptOf(r),
  ids: tokens(length, r + i),
  isComplete: true,
  text: '',
  isTrained: true,
});
const twoAnswers = [0, 1, 2].flatMap((r) =>
  groupRows([rollout(r, 3, 1), rollout(r, 5, 2)], 1000).map((row) => ({ ...row, ownIsChosen: r % 2 })),
);
const oneAnswer = [0, 1, 2].flatMap((r) =>
  groupRows([rollout(r, 3 + r, 1)], 1000).map((row) => ({ ...row, probability: 0.2 + 0.3 * r })),
);

/** Each feedback objective, with options and rows that it supports. */
const cases: [string, Record<string, unknown>, PreparedRow[]][] = [
  ['dpo', {}, pairs],
  ['dpo', { loss_type: 'aot' }, pairs],
  ['dpo', { loss_type: ['sigmoid', 'sft'], ld_alpha: 0.5, use_weighting: true, rpo_alpha: 0.3 }, pairs],
  ['cpo', {}, pairs],
  ['simpo', {}, pairs],
  ['orpo', {}, pairs],
  ['kto', {}, verdicts],
  ['kto', { loss_type: 'apo_zero_unpaired' }, singles],
  ['grpo', { reward_funcs: 'exact' }, policyRows],
  ['grpo', { reward_funcs: 'exact', loss_type: 'grpo' }, policyRows],
  ['rloo', { reward_funcs: 'exact' }, policyRows],
  ['xpo', { reward_funcs: 'exact', alpha: 0.01 }, twoAnswers],
  ['nash_md', { reward_funcs: 'exact' }, oneAnswer],
  ['sft', { loss_type: 'dft', label_smoothing: 0.1 }, singles],
  ['best_of_n', { reward_funcs: 'exact' }, groups],
  ['ppo', { reward_funcs: 'exact', max_completion_length: 5 }, criticRows],
];

async function objectiveOf(name: string, options: Record<string, unknown>): Promise<Objective> {
  return (await objectives.load(name)).create(options, processor);
}

async function tuned(): Promise<{ model: Model; tuning: Tuning; reference: Reference }> {
  const model = await createModel(config, { dtype: 'f32', seed: 3 });
  const options = { ...loraOptions.parse({ r: 4, dropout: 0, init_lora_weights: 'gaussian' }), alpha: 8 };
  const tuning = createLora(model, options, { seed: 5 });
  const reference: Reference = (body) => noGrad(() => tuning.disabled(() => body(model)));
  return { model, tuning, reference };
}

/** Gradients of one step as a flat list, and the step's metrics. */
async function stepOf(objective: Objective, batches: PreparedRow[][]) {
  const { model, tuning, reference } = await tuned();
  // Moves the adapter away from its start, where it has no effect.
  const trainables = [...tuning.trainables, ...(objective.trainables?.(model) ?? [])];
  noGrad(() => trainables.forEach(({ parameter }) => parameter.tensor.copy_(parameter.tensor.add(0.05))));
  let gradients: number[] = [];
  const update: Update = {
    step() {
      gradients = trainables.flatMap(({ parameter }) => parameter.tensor.grad!.toNumbers());
      return 1;
    },
    state: () => new Map(),
    load: () => undefined,
  };
  const options = { learningRate: 0, weightDecay: 0, maxGradNorm: 0 };
  const request = { microBatches: batches, step: 0, seed: 1, checkpointing: false, options };
  const { loss, metrics } = await trainStep({ model, objective, update, reference }, request);
  model.dispose();
  return { gradients, loss, metrics };
}

function expectClose(own: readonly number[], wanted: readonly number[]): void {
  const largest = Math.max(...wanted.map(Math.abs));
  expect(largest).toBeGreaterThan(0);
  expect(own).toHaveLength(wanted.length);
  for (const [i, value] of wanted.entries())
    expect(Math.abs(own[i] - value)).toBeLessThan(2e-5 * Math.max(largest, 1e-2));
}

describe.each(cases)('%s %o', (name, options, rows) => {
  it('takes the same step however its rows are divided', async () => {
    const whole = await stepOf(await objectiveOf(name, options), [rows]);
    const divided = await stepOf(
      await objectiveOf(name, options),
      rows.map((row) => [row]),
    );
    expect(divided.loss).toBeCloseTo(whole.loss, 5);
    expectClose(divided.gradients, whole.gradients);
    for (const [metric, value] of Object.entries(whole.metrics)) expect(divided.metrics[metric]).toBeCloseTo(value, 4);
  });
});

describe('a prompt that is read once', () => {
  it('gives the loss and the gradients of answers that are read each by itself', async () => {
    const objective = await objectiveOf('dpo', {});
    const apart = pairs.map((row): PreparedRow => {
      const [prompt, chosen, rejected] = row.segments!;
      const [a, b, c] = [0, prompt, prompt + chosen];
      const own = <T extends Int32Array | Uint8Array>(values: T, none: (part: T) => T): number[] => [
        ...none(values.subarray(a, b) as T),
        ...values.subarray(b, c),
        ...none(values.subarray(a, b) as T),
        ...values.subarray(c),
      ];
      const ids = Int32Array.from(own(row.ids, (part) => part));
      const trained = Uint8Array.from(own(row.trained, (part) => part.map(() => 0) as typeof part));
      return { ...row, ids, trained, segments: [prompt + chosen, prompt + rejected], parents: undefined };
    });
    const plain = pairs.map((row) => ({
      ...row,
      trained: row.trained.map((one, t) => (t < row.segments![0] ? 0 : one)),
    }));
    const shared = await stepOf(objective, [plain]);
    const alone = await stepOf(objective, [apart]);
    expect(shared.loss).toBeCloseTo(alone.loss, 5);
    expectClose(shared.gradients, alone.gradients);
  });
});

describe('the reference', () => {
  it('is the base model: before the first step no answer is preferred', async () => {
    const { model, reference } = await tuned();
    const objective = await objectiveOf('dpo', {});
    const { metrics } = await evaluateRows({ model, objective, reference }, pairs, { microBatchTokens: 1000 });
    expect(metrics.loss).toBeCloseTo(Math.log(2), 6);
    expect(metrics['rewards/margins']).toBe(0);
    expect(metrics['rewards/accuracies']).toBe(0);
  });

  it('that was asked before gives the same step', async () => {
    const objective = await objectiveOf('dpo', { precompute_ref_log_probs: true });
    expect(objective.reference?.judge).toBeDefined();
    const { model, reference } = await tuned();
    const scores = scope(() =>
      reference((base) => objective.reference!.judge!(base, objective.collate(pairs))).toNumbers(),
    );
    const known = pairs.map((row, r) => ({ ...row, reference: Float32Array.from(scores.slice(2 * r, 2 * r + 2)) }));
    model.dispose();
    const asked = await stepOf(objective, [pairs]);
    const told = await stepOf(objective, [known]);
    expect(told.loss).toBe(asked.loss);
    expect(told.gradients).toEqual(asked.gradients);
  });
});

describe('rollouts of the reference', () => {
  it('are those of the base alone, or of both mixed by the logarithms of their probabilities', async () => {
    const { model, tuning, reference } = await tuned();
    const request = { prompt: tokens(6, 3), maxNewTokens: 5, temperature: 0 };
    const tokenizer = { decode: (ids: Iterable<number>) => [...ids].join(' '), stopIds: [] };
    using rollouts = new Rollouts({ model, tokenizer, reference });
    const [[base]] = await rollouts.generate([request]);
    noGrad(() => tuning.trainables.forEach(({ parameter }) => parameter.tensor.copy_(parameter.tensor.add(0.2))));
    rollouts.weightsMoved();
    const [[own], [other], [both]] = await Promise.all(
      [0, 1, 0.5].map(async (share) => (await rollouts.generate([request], { share }))[0]),
    );
    const objective = await objectiveOf('grpo', { reward_funcs: 'exact' });
    expect(other.ids).toEqual(base.ids);
    expect(own.ids).not.toEqual(base.ids);
    const ids = Int32Array.from([...request.prompt, ...both.ids]);
    const plain: PreparedRow = { id: '0', source: { file: 'rows', line: 1 }, ids, trained: new Uint8Array(ids.length) };
    const last = (of: Model) => {
      const { input } = objective.collate([plain]);
      return of.tokenHead.logits(of.hidden(input)).logSoftmax(-1);
    };
    const wanted = noGrad(() => scope(() => last(model).add(reference(last)).argmax(-1).toNumbers()));
    expect(both.ids).toEqual(wanted.slice(request.prompt.length - 1, -1));
    model.dispose();
  });
});

describe('ppo', () => {
  it('trains its value head, which begins at nothing and is part of checkpoints', async () => {
    const objective = await objectiveOf('ppo', { reward_funcs: 'exact', max_completion_length: 5 });
    const { metrics, gradients } = await stepOf(objective, [criticRows]);
    expect(metrics['loss/value_avg']).toBeGreaterThan(0);
    const [weight, bias] = [gradients.slice(-33, -1), gradients.at(-1)];
    expect(weight.some((value) => value !== 0)).toBe(true);
    expect(bias).not.toBe(0);
    const other = await objectiveOf('ppo', { reward_funcs: 'exact' });
    const { model } = await tuned();
    const values = () => other.trainables!(model).flatMap(({ parameter }) => parameter.tensor.toNumbers());
    expect(new Set(values())).toEqual(new Set([0]));
    scope(() => other.memory!.restore(objective.memory!.state()));
    expect(new Set(values())).toEqual(new Set([Math.fround(0.05)]));
    model.dispose();
  });
});

describe('bco', () => {
  it('remembers the mean of rewards over steps, and forgets nothing where it is restored', async () => {
    const objective = await objectiveOf('bco', {});
    await stepOf(objective, [singles]);
    const [count, mean] = scope(() => objective.memory!.state().get('running_rewards')!.toNumbers());
    expect(count).toBe(4);
    expect(mean).not.toBe(0);
    const { model, reference } = await tuned();
    await evaluateRows({ model, objective, reference }, singles, { microBatchTokens: 1000 });
    const other = await objectiveOf('bco', {});
    scope(() => {
      expect(objective.memory!.state().get('running_rewards')!.toNumbers()[0]).toBe(4);
      other.memory!.restore(objective.memory!.state());
      expect(other.memory!.state().get('running_rewards')!.toNumbers()[1]).toBe(mean);
    });
  });
});

it('the value head of ppo learns at ten times the rate of the policy, unless told otherwise', async () => {
  const model = await createModel(config, { task: 'causal-lm', dtype: 'f32', seed: 3 });
  const rates = async (options: object) => {
    const method = await objectives.load('ppo');
    const objective = await method.create({ reward_funcs: ['exact'], ...options }, processor);
    const found = objective.trainables!(model).map(({ rate }) => rate);
    objective.dispose?.();
    return found;
  };
  expect(await rates({})).toEqual([10, 10]);
  expect(await rates({ value_lr_ratio: 1 })).toEqual([1, 1]);
  model.dispose();
});
