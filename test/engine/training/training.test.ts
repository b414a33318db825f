import { describe, expect, it } from 'vitest';
import { tokenTableOf } from '../../../src/models/architecture.ts';
import { createModel } from '../../../src/models/load-model.ts';
import type { Model } from '../../../src/models/model.ts';
import { collateRows } from '../../../src/answering/tasks/rows/collate.ts';
import { nextTokenLoss } from '../../../src/training/objectives/next-token.ts';
import { create as createInt8Forward } from '../../../src/methods/storages/int8-forward.ts';
import { create as createFull } from '../../../src/methods/tunings/full.ts';
import { create as createLora } from '../../../src/methods/tunings/lora.ts';
import { options as loraOptions } from '../../../src/methods/tunings/lora.options.ts';
import { create as createAdamw } from '../../../src/training/optimizers/adamw.ts';
import { noGrad, scope, type DType } from '../../../src/engine/tensor/index.ts';
import { evaluateRows } from '../../../src/training/evaluate-losses.ts';
import type { PreparedRow } from '../../../src/answering/tasks/rows/prepared-rows.ts';
import type { Tuning } from '../../../src/methods/interfaces.ts';
import { trainStep } from '../../../src/training/train-step.ts';
import type { Checkpointing } from '../../../src/models/tape.ts';
import { nextTokenObjective as objective } from '../next-token-objective.ts';

const config = {
  model_type: 'llama',
  vocab_size: 61,
  hidden_size: 32,
  intermediate_size: 48,
  num_hidden_layers: 3,
  num_attention_heads: 4,
  num_key_value_heads: 2,
  max_position_embeddings: 128,
  initializer_range: 0.2,
  tie_word_embeddings: true,
};

/** Rows of different lengths, parts of which are trained. */
const rows: PreparedRow[] = [23, 7, 40, 3, 15, 31].map((length, r) => ({
  id: (0x1234567890abcde0n + BigInt(r)).toString(16),
  ids: Int32Array.from({ length }, (_, t) => (t * 17 + r * 29 + 5) % 61),
  trained: Uint8Array.from({ length }, (_, t) => Number(t > length / 3)),
  source: { file: 'rows.jsonl', line: r + 1 },
}));

async function tuned({
  dtype,
  kind,
  dropout = 0,
  modelType = 'llama',
  isInt8 = false,
}: Omit<Variant, 'batches'>): Promise<{
  model: Model;
  tuning: Tuning;
}> {
  const model = await createModel({ ...config, model_type: modelType }, { dtype: 'f32', seed: 3 });
  model.dtype = dtype;
  const options = { ...loraOptions.parse({ r: 4, dropout, init_lora_weights: 'gaussian' }), alpha: 8 };
  const tuning = kind === 'full' ? createFull(model, {}) : createLora(model, options, { seed: 5 });
  if (isInt8) createInt8Forward(model, 'training');
  return { model, tuning };
}

interface Variant {
  dtype: DType;
  kind: 'full' | 'lora';
  batches: number[][];
  checkpointing?: Checkpointing;
  dropout?: number;
  modelType?: string;
  /** All layers use int8 copies in forward. */
  isInt8?: boolean;
}

/** Weights after three steps, as a flat list. */
async function train(variant: Variant): Promise<{ weights: Float32Array; losses: number[] }> {
  const { model, tuning } = await tuned(variant);
  const update = createAdamw(tuning.trainables, { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 });
  const losses: number[] = [];
  for (let step = 0; step < 3; step++) {
    const result = await trainStep(
      { model, objective, update },
      {
        microBatches: variant.batches.map((batch) => batch.map((i) => rows[i])),
        step,
        seed: 11,
        checkpointing: variant.checkpointing ?? false,
        options: { learningRate: 1e-2, weightDecay: 0.1, maxGradNorm: 1 },
      },
    );
    losses.push(result.loss);
  }
  const all = [...tuning.state().values()].flatMap((tensor) => scope(() => tensor.detach().toNumbers()));
  return { weights: Float32Array.from(all), losses };
}

const together = [[0, 1, 2, 3, 4, 5]];
const splits = [
  [[0], [1], [2], [3], [4], [5]],
  [[2, 0], [5, 4, 3], [1]],
];

describe.each(['full', 'lora'] as const)('an optimiser step of %s tuning', (kind) => {
  it.each([
    ['f32', 1e-5],
    ['bf16', 1e-2],
  ] as const)('has the same loss for any split into micro-batches in %s', async (dtype, tolerance) => {
    const whole = await train({ dtype, kind, batches: together });
    for (const batches of splits) {
      const { losses } = await train({ dtype, kind, batches });
      for (const [i, loss] of losses.entries())
        expect(Math.abs(loss - whole.losses[i])).toBeLessThanOrEqual(tolerance * whole.losses[i]);
    }
  });

  it.each(['f32', 'bf16'] as const)('is the same to the bit with gradient checkpointing in %s', async (dtype) => {
    for (const dropout of kind === 'lora' ? [0, 0.3] : [0]) {
      const plain = await train({ dtype, kind, batches: splits[1], dropout });
      for (const checkpointing of [true, 'least'] as const) {
        const again = await train({ dtype, kind, batches: splits[1], dropout, checkpointing });
        expect(again.losses).toEqual(plain.losses);
        expect(Buffer.compare(Buffer.from(again.weights.buffer), Buffer.from(plain.weights.buffer))).toBe(0);
      }
    }
  });

  it.runIf(kind === 'lora').each(['llama', 'olmo2'])(
    'is the same to the bit with checkpointing where int8 copies are read, of %s',
    async (modelType) => {
      const variant = { dtype: 'bf16', kind, batches: splits[1], dropout: 0.3, modelType, isInt8: true } as const;
      const plain = await train(variant);
      for (const checkpointing of [true, 'least'] as const) {
        const again = await train({ ...variant, checkpointing });
        expect(again.losses).toEqual(plain.losses);
        expect(Buffer.compare(Buffer.from(again.weights.buffer), Buffer.from(plain.weights.buffer))).toBe(0);
      }
    },
  );

  it('is the same to the bit when it is run again', async () => {
    const [first, second] = [
      await train({ dtype: 'bf16', kind, batches: together }),
      await train({ dtype: 'bf16', kind, batches: together }),
    ];
    expect(Buffer.compare(Buffer.from(first.weights.buffer), Buffer.from(second.weights.buffer))).toBe(0);
  });
});

it('dropout does not depend on how rows are batched', async () => {
  const whole = await train({ dtype: 'f32', kind: 'lora', batches: together, dropout: 0.4 });
  const single = await train({ dtype: 'f32', kind: 'lora', batches: splits[0], dropout: 0.4 });
  for (const [i, loss] of single.losses.entries()) expect(loss).toBeCloseTo(whole.losses[i], 4);
  const without = await train({ dtype: 'f32', kind: 'lora', batches: together });
  expect(Math.abs(without.losses[2] - whole.losses[2])).toBeGreaterThan(1e-3);
});

describe('evaluation', () => {
  it.each([
    ['f32', 1e-5],
    ['bf16', 1e-2],
  ] as const)('scores packed rows as each row alone in %s', async (dtype, tolerance) => {
    const { model } = await tuned({ dtype, kind: 'full' });
    const packed = await evaluateRows({ model, objective }, rows, { microBatchTokens: 1000 });
    const alone = await evaluateRows({ model, objective }, rows, { microBatchTokens: 1 });
    for (const [i, value] of packed.perRow.entries()) {
      expect(Math.abs(value - alone.perRow[i])).toBeLessThanOrEqual(tolerance * alone.perRow[i]);
    }
    expect(Math.abs(packed.metrics.loss - alone.metrics.loss)).toBeLessThanOrEqual(tolerance * alone.metrics.loss);
  });
});

describe('low-rank adapters', () => {
  it('leave the model as it was until they are trained, and when they are disabled', async () => {
    const { model, tuning } = await tuned({ dtype: 'f32', kind: 'lora' });
    const scores = () =>
      noGrad(() =>
        scope(() =>
          nextTokenLoss(model, collateRows(rows, { causal: true }), { totals: { tokens: 1 } }).perRow.toNumbers(),
        ),
      );
    const base = scores();
    await noGrad(async () => {
      for (const { parameter, name } of tuning.trainables) if (name.includes('lora_B')) parameter.tensor.add_(0.05);
    });
    const changed = scores();
    expect(changed).not.toEqual(base);
    expect(tuning.disabled(scores)).toEqual(base);
    tuning.merge();
    for (const [i, value] of scores().entries()) expect(Math.abs(value - changed[i])).toBeLessThan(1e-3);
  });

  it('refuse options that name nothing in the model, all at once', async () => {
    const model = await createModel(config, { dtype: 'f32', seed: 3 });
    const options = {
      ...loraOptions.parse({ target_modules: ['q_proj', 'query'], layers_to_transform: [0, 9] }),
      alpha: 8,
      rank_pattern: { 'layers.0.self_attn.q_proj': 2, 'layers.1.self_attn.q_proj': 2 },
    };
    expect(() => createLora(model, options, { seed: 5 })).toThrow(
      expect.objectContaining({
        code: 'E_NO_TARGETS',
        problems: [
          expect.objectContaining({ field: 'tuning.target_modules', message: expect.stringContaining('query') }),
          expect.objectContaining({ field: 'tuning.layers_to_transform', message: expect.stringContaining('9') }),
          expect.objectContaining({ field: 'tuning.rank_pattern', message: expect.stringContaining('layers.1') }),
        ],
      }),
    );
  });

  it('refuse options that together leave no layer, by their names', async () => {
    const model = await createModel(config, { dtype: 'f32', seed: 3 });
    const create = (choice: object) => () => createLora(model, { ...loraOptions.parse(choice), alpha: 8 }, { seed: 5 });
    expect(create({ layers_to_transform: [99] })).toThrow(
      'target_modules, layers_to_transform together match no layer',
    );
    expect(create({ target_modules: ['query'] })).toThrow('target_modules matches no layer');
    model.dispose();
  });

  it('refuse a state with a tensor too many, one too few or one of another shape', async () => {
    const { tuning } = await tuned({ dtype: 'f32', kind: 'lora' });
    const state = new Map(tuning.state());
    const [first] = state.keys();
    const value = state.get(first)!;
    expect(() => tuning.load(new Map([...state, ['base_model.model.else.lora_A.weight', value]]))).toThrow(
      'has no place',
    );
    expect(() => tuning.load(new Map([...state].slice(1)))).toThrow('is needed by this model');
    expect(() => tuning.load(new Map([...state, [first, value.transpose(0, 1)]]))).toThrow('has the shape');
  });

  it('name the rows of a step whose loss is not a number', async () => {
    const { model, tuning } = await tuned({ dtype: 'f32', kind: 'lora' });
    const update = createAdamw(tuning.trainables, { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 });
    noGrad(() => tokenTableOf(model.trunk).weight.tensor.narrow(0, 60, 1).add_(Number.NaN));
    const bad = { ...rows[0], ids: Int32Array.of(1, 60, 3), trained: Uint8Array.of(0, 1, 1) };
    const request = {
      microBatches: [[bad]],
      step: 0,
      seed: 1,
      checkpointing: false,
      options: { learningRate: 1e-3, weightDecay: 0, maxGradNorm: 1 },
    };
    await expect(trainStep({ model, objective, update }, request)).rejects.toMatchObject({
      code: 'E_DIVERGED',
      problems: [{ line: 1 }],
    });
  });
});
