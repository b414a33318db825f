// Transfer learning: which weights change, how much and from when on, and precomputed frozen blocks.
import { describe, expect, it } from 'vitest';
import { createModel } from '../../../src/models/load-model.ts';
import type { Model } from '../../../src/models/model.ts';
import { create as createFreeze } from '../../../src/methods/tunings/freeze.ts';
import { options as freezeOptions } from '../../../src/methods/tunings/freeze.options.ts';
import { storages } from '../../../src/methods/storages/index.ts';
import { nextTokenObjective as withBaseKl } from '../../../src/training/objectives/base-kl.ts';
import { tunings } from '../../../src/methods/tunings/index.ts';
import { create as createFull } from '../../../src/methods/tunings/full.ts';
import { create as createAdamw } from '../../../src/training/optimizers/adamw.ts';
import { noGrad, scope } from '../../../src/engine/tensor/index.ts';
import { evaluateRows } from '../../../src/training/evaluate-losses.ts';
import {
  canResume,
  computeFrozen,
  frozenTrunk,
  resumedObjective,
  type ResumedRow,
} from '../../../src/training/frozen-blocks.ts';
import type { Objective } from '../../../src/training/objective.ts';
import type { PreparedRow, Reference } from '../../../src/answering/tasks/rows/prepared-rows.ts';
import type { Tuning } from '../../../src/methods/interfaces.ts';
import { trainStep } from '../../../src/training/train-step.ts';
import { nextTokenObjective } from '../next-token-objective.ts';
import { tinyConfigs, tinyModel } from '../tiny-models.ts';

const config = {
  model_type: 'llama',
  vocab_size: 61,
  hidden_size: 32,
  intermediate_size: 48,
  num_hidden_layers: 4,
  num_attention_heads: 4,
  max_position_embeddings: 64,
  initializer_range: 0.2,
  tie_word_embeddings: false,
};

const rows: PreparedRow[] = [9, 4, 17, 6].map((length, r) => ({
  id: (0x2234567890abcde0n + BigInt(r)).toString(16),
  ids: Int32Array.from({ length }, (_, t) => (t * 13 + r * 7 + 5) % 61),
  trained: new Uint8Array(length).fill(1),
  source: { file: 'rows.jsonl', line: r + 1 },
}));

const model = () => createModel(config, { dtype: 'f32', seed: 3 });
const freeze = (of: Model, options: object) => createFreeze(of, freezeOptions.parse(options));

interface Steps {
  steps: number;
  objective?: Objective;
  reference?: Reference;
}

async function train(
  of: Model,
  tuning: Tuning,
  { steps, objective = nextTokenObjective, reference }: Steps,
): Promise<number[]> {
  const update = createAdamw(tuning.trainables, { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 });
  const losses: number[] = [];
  for (let step = 0; step < steps; step++) {
    const request = { microBatches: [rows], step, seed: 11, checkpointing: false };
    const options = { learningRate: 1e-2, weightDecay: 0, maxGradNorm: 0 };
    losses.push((await trainStep({ model: of, objective, update, reference }, { ...request, options })).loss);
  }
  return losses;
}

/** Largest change of any weight by block: embeddings, blocks, norm and head. */
function changes(before: Model, after: Model): Record<string, number> {
  const found: Record<string, number> = {};
  const others = new Map(before.parameters());
  for (const [path, { tensor }] of after.parameters()) {
    const place = /layers\.(\d+)\./.exec(path)?.[1] ?? (path.includes('embed') ? 'embeddings' : 'top');
    const change = scope(() =>
      Math.max(...tensor.detach().sub(others.get(path)!.tensor.detach()).toNumbers().map(Math.abs)),
    );
    found[place] = Math.max(found[place] ?? 0, change);
  }
  return found;
}

describe('freeze', () => {
  it('moves the last blocks, the norm and the head, and nothing before them', async () => {
    const [before, after] = [await model(), await model()];
    await train(after, freeze(after, { trainable_layers: 2 }), { steps: 2 });
    expect(changes(before, after)).toMatchObject({ embeddings: 0, 0: 0, 1: 0 });
    for (const place of ['2', '3', 'top']) expect(changes(before, after)[place]).toBeGreaterThan(1e-3);
    const head = await model();
    await train(head, freeze(head, { trainable_layers: 0 }), { steps: 2 });
    expect(changes(before, head)).toMatchObject({ embeddings: 0, 0: 0, 1: 0, 2: 0, 3: 0 });
    expect(changes(before, head).top).toBeGreaterThan(1e-3);
  });

  it('refuses to train norms and biases alone, where the head is the embeddings or has no weights', async () => {
    const tied = await createModel({ ...config, tie_word_embeddings: true }, { dtype: 'f32', seed: 3 });
    const vectors = await createModel(config, { dtype: 'f32', seed: 3, task: 'embedding' });
    for (const model of [tied, vectors])
      expect(() => freeze(model, { trainable_layers: 0 })).toThrow(
        /E_NOTHING_TRAINED[^]*only model\.norm\.weight|only norm\.weight/,
      );
    // After an encoder's last block there is no norm either.
    const bert = await tinyModel({ raw: tinyConfigs.bert[0], task: 'embedding' }, 'f32');
    expect(() => freeze(bert, { trainable_layers: 0 })).toThrow(/E_NOTHING_TRAINED[^]*no trainable weight/);
    expect(freeze(tied, { trainable_layers: 1 }).trainables.length).toBeGreaterThan(1);
  });

  it('adds a block every so many steps, from the head down', async () => {
    const before = await model();
    const movedAfter = async (steps: number) => {
      const after = await model();
      await train(after, freeze(after, { trainable_layers: 2, unfreeze_every: 2 }), { steps });
      return Object.entries(changes(before, after))
        .filter(([, change]) => change > 0)
        .map(([place]) => place)
        .sort();
    };
    expect(await movedAfter(2)).toEqual(['top']);
    expect(await movedAfter(3)).toEqual(['3', 'top']);
    expect(await movedAfter(5)).toEqual(['2', '3', 'top']);
  });
});

/** Tunings that start above a block, with the number of blocks below. */
const above: [string, number, (of: Model) => Promise<Tuning> | Tuning][] = [
  ...[0, 1, 3].map((trainable): (typeof above)[number] => [
    `freeze with ${trainable} moving blocks`,
    4 - trainable,
    (of) => freeze(of, { trainable_layers: trainable }),
  ]),
  ...['lora', 'ia3', 'loha', 'adalora', 'oft', 'vera', 'vblora'].map((name): (typeof above)[number] => [
    `${name} on the last two layers`,
    2,
    (of) => tune(of, name, { layers_to_transform: [2, 3] }),
  ]),
  ['lora on the last feed-forward', 3, (of) => tune(of, 'lora', { target_modules: '.*layers\\.3\\.mlp\\..*' })],
  ['prompts in the last layer', 3, (of) => tune(of, 'adaption_prompt', { adapter_layers: 1 })],
];

const OWN: Record<string, object> = {
  vblora: { num_vectors: 8, vector_length: 16, topk: 2, r: 2 },
  adaption_prompt: { adapter_len: 3 },
};

async function tune(of: Model, name: string, options: object): Promise<Tuning> {
  return (await tunings.load(name)).create(of, { ...OWN[name], ...options }, { seed: 5 });
}

describe('blocks in which nothing is trained', () => {
  it.each(above)('are found, and computed once: %s', async (_, blocks, create) => {
    const [whole, resumed] = [await model(), await model()];
    const expected = await train(whole, await create(whole), { steps: 3 });
    const tuning = await create(resumed);
    const parts = { model: resumed, objective: nextTokenObjective };
    expect(frozenTrunk(parts, rows[1])).toEqual({ blocks, isSteady: true });
    const known = new Map<string, ResumedRow>();
    const { signal } = new AbortController();
    const request = { blocks, microBatchTokens: 20, signal, onProgress: () => undefined };
    await computeFrozen(parts, rows, { add: ({ id }, row) => known.set(id, row) }, request);
    const objective = resumedObjective(parts, { read: ({ id }) => known.get(id) });
    const got = await train(resumed, tuning, { steps: 3, objective });
    expect(expected[2]).toBeLessThan(expected[0]);
    for (const [i, loss] of got.entries()) expect(loss).toBeCloseTo(expected[i], 5);
    const score = (of: Model, by: Objective) =>
      evaluateRows({ model: of, objective: by }, rows, { microBatchTokens: 20 });
    const scores = [await score(resumed, objective), await score(resumed, nextTokenObjective)];
    expect(scores[0].metrics.loss).toBeCloseTo(scores[1].metrics.loss, 5);
  });

  it('are computed once for the reference too, where that is the base model', async () => {
    const kept = {
      ...nextTokenObjective,
      ...withBaseKl({ kl_to_base: 0.5, first_kl_to_base: null, first_tokens: 5 }),
    } as Objective;
    const [whole, resumed] = [await model(), await model()];
    const lora = (of: Model) => tune(of, 'lora', { layers_to_transform: [3] });
    const referenceOf =
      (of: Model, tuning: Tuning): Reference =>
      (body) =>
        noGrad(() => tuning.disabled(() => body(of)));
    const tuned = await lora(whole);
    const expected = await train(whole, tuned, { steps: 3, objective: kept, reference: referenceOf(whole, tuned) });
    const tuning = await lora(resumed);
    const parts = { model: resumed, objective: kept };
    expect(canResume(kept, false)).toBe(false);
    expect(canResume(kept, true)).toBe(true);
    const { blocks } = frozenTrunk(parts, rows[1])!;
    const known = new Map<string, ResumedRow>();
    const { signal } = new AbortController();
    const request = { blocks, microBatchTokens: 20, signal, onProgress: () => undefined };
    await computeFrozen(parts, rows, { add: ({ id }, row) => known.set(id, row) }, request);
    for (const frozen of resumed.trunk.stack.blockList.slice(0, blocks))
      frozen.forward = () => expect.fail('a frozen block was computed again');
    const objective = resumedObjective(parts, { read: ({ id }) => known.get(id) });
    const got = await train(resumed, tuning, { steps: 3, objective, reference: referenceOf(resumed, tuning) });
    for (const [i, loss] of got.entries()) expect(loss).toBeCloseTo(expected[i], 5);
  });

  it.each(['full', 'lora', 'prompt_tuning', 'prefix', 'ln_tuning'])('are none with %s', async (name) => {
    const of = await model();
    await tune(of, name, name.startsWith('pr') ? { num_virtual_tokens: 2 } : {});
    expect(frozenTrunk({ model: of, objective: nextTokenObjective }, rows[1])).toBeUndefined();
  });

  it('are not steady where they have dropout, or are read in another form in training', async () => {
    const gpt2 = { ...tinyConfigs.gpt2[0], n_layer: 2, resid_pdrop: 0.5, embd_pdrop: 0 };
    for (const [resid_pdrop, isSteady] of [
      [0.5, false],
      [0, true],
    ] as const) {
      const of = await createModel({ ...gpt2, resid_pdrop, attn_pdrop: 0 }, { dtype: 'f32', seed: 3 });
      await tune(of, 'lora', { layers_to_transform: [1] });
      const [short] = [{ ...rows[1], ids: Int32Array.of(1, 2, 3, 4) }];
      expect(frozenTrunk({ model: of, objective: nextTokenObjective }, short)).toEqual({ blocks: 1, isSteady });
    }
    const rounded = await model();
    await tune(rounded, 'lora', { layers_to_transform: [3] });
    const storage = await (await storages.load('int8_forward')).create(rounded, {}, 'training');
    expect(frozenTrunk({ model: rounded, objective: nextTokenObjective }, rows[1])?.isSteady).toBe(false);
    storage.dispose();
  });

  it('are not steady where they leave more than the stream for later ones', async () => {
    const of = await createModel({ ...tinyConfigs.gemma3n_text[0] }, { dtype: 'f32', seed: 3 });
    await tune(of, 'lora', { layers_to_transform: [3] });
    const short = { ...rows[1], ids: Int32Array.of(1, 2, 3, 4) };
    expect(frozenTrunk({ model: of, objective: nextTokenObjective }, short)).toEqual({ blocks: 3, isSteady: false });
    of.dispose();
  });
});

it('tokens of their own are refused where the embeddings stay', async () => {
  const create = (trainable_layers: number) => async () =>
    createFreeze(await model(), freezeOptions.parse({ trainable_layers }), { tokens: [60] });
  await expect(create(2)()).rejects.toMatchObject({ code: 'E_NEW_TOKENS' });
  await expect(create(4)()).resolves.toBeDefined();
});

it('what frozen blocks make of rows is not kept where rows are drawn anew at each step, or set against each other', () => {
  expect(canResume(nextTokenObjective)).toBe(true);
  expect(canResume({ ...nextTokenObjective, draw: (some) => some })).toBe(false);
  expect(canResume({ ...nextTokenObjective, joint: {} as Objective['joint'] })).toBe(false);
});

it('layer_decay makes each block move less than the one after it', async () => {
  const [before, after] = [await model(), await model()];
  await train(after, createFull(after, { layer_decay: 0.5 }), { steps: 1 });
  const moved = changes(before, after);
  // Adam's first step equals the learning rate.
  const places = ['top', '3', '2', '1', '0', 'embeddings'];
  for (const [i, place] of places.entries()) expect(moved[place] / (1e-2 * 0.5 ** i)).toBeCloseTo(1, 2);
});
