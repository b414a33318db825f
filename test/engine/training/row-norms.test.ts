// Per-row gradient norms computed without the gradients, compared with row-by-row gradients.
import { describe, expect, it } from 'vitest';
import { create as createMaskedLm } from '../../../src/training/objectives/masked_lm.ts';
import { create as createSeq2Seq } from '../../../src/training/objectives/seq2seq.ts';
import { tunings } from '../../../src/methods/tunings/index.ts';
import { updates } from '../../../src/training/optimizers/index.ts';
import { ClippedSum } from '../../../src/training/optimizers/clipped-sum.ts';
import { createModel } from '../../../src/models/load-model.ts';
import type { Model } from '../../../src/models/model.ts';
import { Parameter } from '../../../src/engine/nn/index.ts';
import { aten, fromArray, liveTensors, scope, zeros } from '../../../src/engine/tensor/index.ts';
import type { Objective, Processor } from '../../../src/training/objective.ts';
import type { PreparedRow } from '../../../src/answering/tasks/rows/prepared-rows.ts';
import type { Tuning, Update } from '../../../src/methods/interfaces.ts';
import { canTellRowsApart } from '../../../src/training/rows-apart.ts';
import { trainStep } from '../../../src/training/train-step.ts';
import { nextTokenObjective } from '../next-token-objective.ts';
import { tinyConfigs } from '../tiny-models.ts';

const llama = {
  model_type: 'llama',
  vocab_size: 61,
  hidden_size: 32,
  intermediate_size: 48,
  num_hidden_layers: 2,
  num_attention_heads: 4,
  num_key_value_heads: 2,
  max_position_embeddings: 64,
  initializer_range: 0.2,
  tie_word_embeddings: true,
};

const rowOf = (length: number, r: number): PreparedRow => ({
  id: (0x2234567890abcde0n + BigInt(r)).toString(16),
  ids: Int32Array.from({ length }, (_, t) => (t * t * 13 + r * 7 + 5) % 11),
  trained: new Uint8Array(length).fill(1),
  source: { file: 'rows.jsonl', line: r + 1 },
});

const rows = [9, 4, 17, 6, 40].map(rowOf);

/** Sum of squared states of all tokens: a loss without a head. */
const statesObjective: Objective = {
  ...nextTokenObjective,
  task: 'embedding',
  unit: 'rows',
  counts: ({ rows: some }) => ({ rows: some.length }),
  loss(model, batch, { totals, runner }) {
    const hidden = model.hidden(batch.input, { runner });
    const { offsets } = model.layoutOf(batch.input);
    const squares = aten.square.default(hidden).mul(aten.sigmoid.default(hidden)).sum(1).div(totals.rows);
    const perRow = offsets.slice(1).map((end, r) =>
      squares
        .narrow(0, offsets[r], end - offsets[r])
        .sum()
        .reshape(1),
    );
    return { perRow: aten.cat.default(perRow), tally: {} };
  },
};

/** An objective that declares the lengths of its rows. */
const lengthsObjective: Objective = {
  ...nextTokenObjective,
  loss(model, batch, context) {
    const lengths = batch.rows.map(({ ids }) => ids.length);
    const sum = fromArray(Float32Array.from(lengths)).sum();
    return { ...nextTokenObjective.loss(model, batch, context), tally: { length: { sum, count: lengths.length } } };
  },
};

interface Found {
  byRow: number[];
  norms: readonly number[] | undefined;
  /** Sum of clipped gradients for each weight. */
  sums: number[][][];
}

/** Both computations of one step. */
async function both(
  model: Model,
  tuning: Tuning,
  {
    objective,
    checkpointing = false,
    microBatches = usualBatches,
  }: Omit<Required<Pick<Case, 'objective'>> & Case, 'method'>,
): Promise<Found> {
  const found: Found = { byRow: [], norms: undefined, sums: [] };
  const settle = (sum: ClippedSum) => {
    sum.settle(({ parameter }) => zeros(parameter.shape), rows.length);
    found.sums.push(
      tuning.trainables.map(({ parameter }) => {
        const numbers = scope(() => [...(parameter.tensor.grad?.to('f32').toNumbers() ?? [])]);
        parameter.tensor.grad = undefined;
        return numbers;
      }),
    );
  };
  const update: Update = {
    needs: 'row-gradients',
    async drive(passes) {
      const apart = new ClippedSum(tuning.trainables, BOUND);
      const { losses, norms } = await passes.rowGradients(tuning.trainables, (norm) => apart.factorOf(norm));
      found.byRow.push(...norms);
      apart.note(norms);
      settle(apart);
      const sum = new ClippedSum(tuning.trainables, BOUND);
      const cut = await passes.cutGradients!(tuning.trainables, (norm) => sum.factorOf(norm));
      found.norms = cut?.norms;
      if (cut === undefined)
        expect(tuning.trainables.every(({ parameter }) => parameter.tensor.grad === undefined)).toBe(true);
      for (const [i, loss] of (cut?.losses ?? []).entries()) expect(loss / losses[i]).toBeCloseTo(1, 4);
      sum.note(cut?.norms ?? []);
      settle(sum);
      expect([sum.rows, sum.clipped]).toEqual(cut === undefined ? [0, 0] : [apart.rows, apart.clipped]);
      return { perRow: losses, gradNorm: 0 };
    },
    step: () => 0,
    state: () => new Map(),
    load: () => undefined,
  };
  const options = { learningRate: 0, weightDecay: 0, maxGradNorm: 0 };
  await trainStep({ model, objective, update }, { microBatches, step: 0, seed: 7, checkpointing, options });
  return found;
}

const usualBatches = [rows.slice(0, 3), rows.slice(3)];
const BOUND = 0.5;
const PRIVATE = { noise_multiplier: 1, max_row_norm: 1, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, accountant: 'rdp' };

interface Case {
  method: string;
  options?: object;
  raw?: object;
  objective?: Objective;
  checkpointing?: boolean;
  microBatches?: PreparedRow[][];
}

async function run({
  method,
  options = {},
  raw = llama,
  objective = nextTokenObjective,
  checkpointing,
  microBatches,
}: Case): Promise<Found> {
  const model = await createModel(raw as typeof llama, { task: objective.task, dtype: 'f32', seed: 3 });
  const tuning = await (await tunings.load(method)).create(model, options, { seed: 5 });
  // LoRA's B is zero initially, and with it A's gradient.
  for (const { parameter, name } of tuning.trainables)
    if (/lora_B/.test(name)) scope(() => parameter.assign(zeros(parameter.shape).add(0.03)));
  const found = await both(model, tuning, { objective, checkpointing, microBatches });
  tuning.dispose();
  model.dispose();
  return found;
}

const gpt2 = { ...tinyConfigs.gpt2[0], vocab_size: 61, n_positions: 64, resid_pdrop: 0, embd_pdrop: 0, attn_pdrop: 0 };

const untied = { ...llama, tie_word_embeddings: false };
const roomy = { vocab_size: 61, max_position_embeddings: 64 };
const gemma = { ...tinyConfigs.gemma2[0], ...roomy };
const bert = { ...tinyConfigs.bert[0], ...roomy };
const albert = { ...tinyConfigs.albert[0], ...roomy };
const mixtral = { ...tinyConfigs.mixtral[0], ...roomy, output_router_logits: false };
const bart = { ...tinyConfigs.bart[0], ...roomy };
const t5 = { ...tinyConfigs.t5[0], vocab_size: 61, decoder_start_token_id: 0 };

/** Predicts every second token from all tokens. */
const maskedObjective: ReturnType<typeof createMaskedLm> = {
  ...createMaskedLm({ mask_probability: 0.5 }, { tokenizer: { special: { mask: { id: 3 } } } } as Processor),
  draw: (some) => some.map((row) => ({ ...row, targets: row.ids, trained: row.trained.map((_, t) => t % 2) })),
};

/** Predicts the end of a row from its beginning. */
const pairObjective: ReturnType<typeof createSeq2Seq> = {
  ...createSeq2Seq({ src_lang: null, tgt_lang: null }, {} as Processor),
  draw: (some) =>
    some.map((row) => {
      const read = Math.ceil(row.ids.length / 3);
      return { ...row, segments: [read, row.ids.length - read], trained: row.trained.fill(0, 0, read) };
    }),
};

const cases: [string, Case][] = [
  ['lora', { method: 'lora', options: { r: 4 } }],
  ['lora, blocks recomputed', { method: 'lora', options: { r: 4 }, checkpointing: true }],
  ['lora with dropout', { method: 'lora', options: { r: 4, dropout: 0.3 } }],
  ['lora on layers that lie turned round', { method: 'lora', options: { r: 4 }, raw: gpt2 }],
  ['ia3', { method: 'ia3' }],
  ['ln_tuning', { method: 'ln_tuning' }],
  ['bitfit', { method: 'bitfit', raw: gpt2 }],
  ['full', { method: 'full', objective: statesObjective }],
  ['full on a model with positions', { method: 'full', raw: gpt2, objective: statesObjective }],
  ['dora', { method: 'lora', options: { r: 4, use_dora: true } }],
  ['dora on layers that lie turned round', { method: 'lora', options: { r: 4, use_dora: true }, raw: gpt2 }],
  ['a head of its own', { method: 'full', raw: untied }],
  [
    'a head that is trained beside lora',
    { method: 'lora', options: { r: 4, modules_to_save: ['lm_head'] }, raw: untied },
  ],
  ['lora on a head', { method: 'lora', options: { r: 4, target_modules: ['lm_head', 'q_proj'] }, raw: untied }],
  ['a table that is the head too', { method: 'full' }],
  ['such a table, and scores that are capped', { method: 'full', raw: gemma }],
  ['such a table under a transform with a bias', { method: 'full', raw: bert, objective: maskedObjective }],
  ['layers that are used several times', { method: 'full', raw: albert, objective: statesObjective }],
  ['experts', { method: 'full', raw: mixtral }],
  ['an encoder and a decoder', { method: 'full', raw: bart, objective: pairObjective }],
  ['lora on an encoder and a decoder', { method: 'lora', options: { r: 4 }, raw: t5, objective: pairObjective }],
  [
    'the same, blocks recomputed',
    { method: 'lora', options: { r: 4 }, raw: t5, objective: pairObjective, checkpointing: true },
  ],
];

describe('norms of rows that are never made', () => {
  it.each(cases)('are those of the rows, and so are sums of cut gradients: %s', async (_, one) => {
    const before = liveTensors();
    const { byRow, norms, sums } = await run(one);
    expect(norms).toHaveLength(rows.length);
    for (const [i, norm] of norms!.entries()) expect(norm / byRow[i]).toBeCloseTo(1, 4);
    expect(Math.max(...byRow)).toBeGreaterThan(BOUND);
    const [apart, together] = sums.map((all) => all.flat());
    const largest = Math.max(...apart.map(Math.abs));
    for (const [i, value] of together.entries()) expect(Math.abs(value - apart[i])).toBeLessThan(1e-4 * largest);
    expect(liveTensors()).toBe(before);
  });

  it('are looked for in each step, whatever those before it said', async () => {
    const model = await createModel(llama, { task: 'causal-lm', dtype: 'f32', seed: 3 });
    const tuning = await (await tunings.load('lora')).create(model, { r: 2 }, { seed: 5 });
    const plan = { rows: 10, batchSize: 1, steps: 2, secret: 1 };
    const update = await (await updates.load('dp_sgd')).create(tuning.trainables, PRIVATE, plan);
    const taken: string[] = [];
    const byRow = async () => (taken.push('by row'), { losses: [], norms: [] });
    const passes = { gradients: async () => [], losses: async () => [], rowGradients: byRow };
    const together = { ...passes, cutGradients: async () => (taken.push('together'), { losses: [], norms: [] }) };
    const inVain = { ...passes, cutGradients: async () => (taken.push('in vain'), undefined) };
    const options = { learningRate: 0, weightDecay: 0, maxGradNorm: 0, seed: 1 };
    await update.drive!(passes, { ...options, step: 0 });
    await update.drive!(inVain, { ...options, step: 1 });
    await update.drive!(together, { ...options, step: 2 });
    expect(taken).toEqual(['by row', 'in vain', 'by row', 'together']);
    for (const moment of update.state().values()) moment.dispose();
    tuning.dispose();
    model.dispose();
  });

  it.each([
    ['lora', true],
    ['loha', false],
  ])('are decided on before the first step: %s', async (method, isKnown) => {
    const model = await createModel(llama, { task: 'causal-lm', dtype: 'f32', seed: 3 });
    const tuning = await (await tunings.load(method)).create(model, { r: 2 }, { seed: 5 });
    const lossless = { ...rowOf(2, 9), trained: new Uint8Array(2) };
    const unused = { name: 'unused', parameter: new Parameter([3]), decays: true };
    scope(() => unused.parameter.assign(zeros([3]).setRequiresGrad()));
    const trainables = [...tuning.trainables, unused];
    const parts = { model, objective: nextTokenObjective, trainables };
    expect(await canTellRowsApart(parts, [...rows, lossless])).toBe(isKnown);
    expect(await canTellRowsApart(parts, [lossless])).toBe(false);
    expect(trainables.every(({ parameter }) => parameter.tensor.grad === undefined)).toBe(true);
    unused.parameter.dispose();
    tuning.dispose();
    model.dispose();
  });

  it('leave no metrics behind where they cannot be found', async () => {
    const model = await createModel(llama, { task: 'causal-lm', dtype: 'f32', seed: 3 });
    const tuning = await (await tunings.load('loha')).create(model, { r: 2 }, { seed: 5 });
    const found: unknown[] = [];
    const metricsOf = async (isTried: boolean) => {
      const update: Update = {
        needs: 'row-gradients',
        async drive(passes) {
          if (isTried) found.push(await passes.cutGradients!(tuning.trainables, () => 1));
          const { losses } = await passes.rowGradients(tuning.trainables, () => 0);
          return { perRow: losses, gradNorm: 0 };
        },
        step: () => 0,
        state: () => new Map(),
        load: () => undefined,
      };
      const options = { learningRate: 0, weightDecay: 0, maxGradNorm: 0 };
      const request = { microBatches: [rows.slice(0, 3), rows.slice(3)], step: 0, seed: 7, checkpointing: false };
      return (await trainStep({ model, objective: lengthsObjective, update }, { ...request, options })).metrics;
    };
    expect(await metricsOf(true)).toEqual(await metricsOf(false));
    expect(found).toEqual([undefined]);
    for (const { parameter } of tuning.trainables) parameter.tensor.grad = undefined;
    tuning.dispose();
    model.dispose();
  });

  it.each<[string, Case]>([
    ['a weight that is made of others', { method: 'loha', options: { r: 2 } }],
    ['distances that are scored', { method: 'full', raw: t5, objective: pairObjective }],
    [
      'vectors of distances, be they as many as tokens',
      {
        method: 'lora',
        options: { r: 2, target_modules: ['pos_key_proj'] },
        raw: { ...tinyConfigs['deberta-v2'][1], vocab_size: 61, max_position_embeddings: 64 },
        objective: statesObjective,
        microBatches: [[rowOf(9, 0), rowOf(8, 1)]],
      },
    ],
  ])('are left to single rows for %s', async (_, one) => {
    expect((await run(one)).norms).toBeUndefined();
  });
});
