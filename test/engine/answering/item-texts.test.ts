// Texts of items, read by an encoder inside the towers: once per step, in parts or at once; and its folder.
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { create as createBpr } from '../../../src/training/objectives/bpr.ts';
import { objectives } from '../../../src/training/objectives/index.ts';
import { create } from '../../../src/training/objectives/item-retrieval.ts';
import { create as createFull } from '../../../src/methods/tunings/full.ts';
import { create as createLora } from '../../../src/methods/tunings/lora.ts';
import { options as loraOptions } from '../../../src/methods/tunings/lora.options.ts';
import { itemTrunkOf } from '../../../src/models/items/item-model.ts';
import { loadModel } from '../../../src/models/load-model.ts';
import type { Model } from '../../../src/models/model.ts';
import { saveModel } from '../../../src/models/save.ts';
import { arange, noGrad, scope } from '../../../src/engine/tensor/index.ts';
import { itemTokenizer } from '../../../src/models/text/index.ts';
import type { Objective, Processor } from '../../../src/training/objective.ts';
import type { PreparedRow } from '../../../src/answering/tasks/rows/prepared-rows.ts';
import type { Tuning, Update } from '../../../src/methods/interfaces.ts';
import type { Recipe } from '../../../src/training/recipe/recipe.ts';
import { trainStep } from '../../../src/training/train-step.ts';
import type { JobContext } from '../../../src/base/job.ts';
import { run as addItems } from '../../../src/answering/recommend/add-items.ts';
import { run as createModel } from '../../../src/answering/recommend/create.ts';
import { run as recommend } from '../../../src/answering/recommend/recommend.ts';
import { createTuned } from '../../../src/jobs/train/build-trainer.ts';
import { openModel } from '../../../src/answering/model/open-model.ts';
import { availableBytes, planMemory } from '../../../src/answering/model/resources.ts';
import { paceTextEncoder } from '../../../src/jobs/train/text-encoder-pace.ts';
import { writeTinyBert } from '../../system/cli-tiny-bert.ts';
import { rowsOfItems } from '../rows-of-items.ts';
import { tinyConfigs } from '../tiny-configs.ts';
import { tinyModel } from '../tiny-models.ts';

const folder = mkdtempSync(join(tmpdir(), 'attune-item-texts-'));
afterAll(() => rmSync(folder, { recursive: true }));
const at = (name: string) => join(folder, name);
const [frozenTexts, , tunedTexts] = tinyConfigs.two_tower;

const rows = rowsOfItems(
  [
    [1, 4, 5, 6],
    [1, 5, 7],
    [1, 6, 4, 8, 9],
  ],
  1,
);

async function retrieval(): Promise<Objective> {
  const tokenizer = await itemTokenizer([...'abcdefghijklmno']);
  return create({ log_q: false, text_encoder_rate: null }, { tokenizer } as unknown as Processor);
}

describe('a step', () => {
  let model: Model;
  let objective: Objective;
  beforeAll(async () => {
    objective = await retrieval();
    const dropout = { hidden_dropout_prob: 0.2, attention_probs_dropout_prob: 0 };
    const encoder = { ...(tunedTexts.text_encoder as object), ...dropout };
    model = await tinyModel({ raw: { ...tunedTexts, text_encoder: encoder }, task: 'next-item' });
  });
  afterAll(() => model.dispose());

  async function gradients(tuning: Tuning, microBatches: PreparedRow[][], checkpointing = false) {
    const found = new Map<string, number[]>();
    const update: Partial<Update> = {
      step: () => {
        for (const { name, parameter } of tuning.trainables) {
          scope(() => found.set(name, parameter.tensor.grad?.toNumbers() ?? []));
          parameter.tensor.grad = undefined;
        }
        return 1;
      },
    };
    const options = { learningRate: 0, weightDecay: 0, maxGradNorm: 0 };
    const request = { microBatches, step: 3, seed: 1, checkpointing, options };
    const { loss } = await trainStep({ model, objective, update: update as Update }, request);
    return { loss, found };
  }
  const near = (got: readonly number[], wanted: readonly number[], within: number) => {
    expect(got.length).toBe(wanted.length);
    for (const [i, value] of got.entries()) expect(Math.abs(value - wanted[i])).toBeLessThan(within);
  };

  it('reads each different text of its items once, those that rows have and those that they are to find', async () => {
    const { texts } = (model.trunk as unknown as { item_emb: { texts: { tokens: { tensor: unknown } } } }).item_emb;
    const all = scope(() => (texts.tokens.tensor as ReturnType<typeof arange>).toNumbers());
    const textOf = (id: number) => all.slice(id * 6, (id + 1) * 6).filter((token) => token > 0);
    const different = new Map([1, 4, 5, 6, 7, 8, 9].map((id) => [textOf(id).join(), textOf(id)]));
    const tuning = createFull(model, {});
    const embed = vi.spyOn(itemTrunkOf(model).textReader!.encoder.trunk.stack, 'embed');
    await gradients(tuning, [rows]);
    const read = embed.mock.calls.map(([{ ids }]) => ids!.length);
    embed.mockRestore();
    expect(read).toEqual([[...different.values()].flat().length]);
    tuning.dispose();
  });

  it('has the same gradients in parts, and where blocks are computed again, encoder and its dropout included', async () => {
    const tuning = createFull(model, {});
    const whole = await gradients(tuning, [rows]);
    const parts = await gradients(tuning, [[rows[0]], rows.slice(1)]);
    const again = await gradients(tuning, [rows], true);
    expect(parts.loss).toBeCloseTo(whole.loss, 6);
    const moved = [...whole.found].filter(([, values]) => values.some((value) => Math.abs(value) > 1e-6));
    expect(moved.filter(([name]) => name.includes('text_encoder')).length).toBeGreaterThan(20);
    for (const [name, values] of whole.found) {
      near(parts.found.get(name)!, values, 1e-5); // the vectors are compared in f32 at least
      expect(again.found.get(name), name).toEqual(values);
    }
    tuning.dispose();
  });

  it('of bpr reads the items that are drawn with the others, and has the same gradients in parts', async () => {
    const items = objective;
    const tokenizer = await itemTokenizer([...'abcdefghijklmno']);
    objective = createBpr({ negatives: 3, text_encoder_rate: null }, { tokenizer } as unknown as Processor);
    const tuning = createFull(model, {});
    const embed = vi.spyOn(itemTrunkOf(model).textReader!.encoder.trunk.stack, 'embed');
    const whole = await gradients(tuning, [rows]);
    expect(embed.mock.calls.length).toBe(1);
    embed.mockRestore();
    const parts = await gradients(tuning, [[rows[0]], rows.slice(1)]);
    const query = [...whole.found.keys()].find((name) => name.endsWith('query.weight'))!;
    expect(whole.found.get(query)!.some((value) => Math.abs(value) > 1e-6)).toBe(true);
    for (const [name, values] of whole.found) near(parts.found.get(name)!, values, 1e-5);
    objective = items;
    tuning.dispose();
  });

  it('of next_item is refused: it would read all texts of the catalogue', async () => {
    const nextItem = await (await objectives.load('next_item')).create({}, {} as never);
    const batch = objective.collate(rows);
    expect(() => nextItem.loss(model, batch, { totals: { tokens: 9 } })).toThrow(
      /E_TASK_UNSUPPORTED[^]*item_retrieval/,
    );
  });

  it('moves with an adapter what the encoder adds, and all of the towers', async () => {
    const towers = ['two_tower.item_emb', 'two_tower.user_blocks.0', 'two_tower.user_blocks.1'];
    const options = { ...loraOptions.parse({ modules_to_save: towers }), alpha: 4 };
    const tuning = createLora(model, options, { seed: 1 });
    const kinds = tuning.trainables.map(({ name }) => {
      const isAdapter = name.includes('.lora_');
      return isAdapter === name.includes('.text_encoder.') && (isAdapter || towers.some((one) => name.includes(one)));
    });
    expect(new Set(kinds)).toEqual(new Set([true]));
    const { found } = await gradients(tuning, [rows]);
    const ofTexts = [...found].filter(([name]) => name.includes('lora_B'));
    expect(ofTexts.some(([, values]) => values.some((value) => value !== 0))).toBe(true);
    tuning.dispose();
  });
});

describe('the encoder’s share of the learning rate', () => {
  it('is small unless given, and refused where nothing of it moves', async () => {
    const [tuned, frozen] = [
      await tinyModel({ raw: tunedTexts, task: 'next-item' }, 'f32'),
      await tinyModel({ raw: frozenTexts, task: 'next-item' }, 'f32'),
    ];
    const recipe = (rate?: number) => ({ objective: { text_encoder_rate: rate ?? null } }) as unknown as Recipe;
    const rates = (model: Model, rate?: number) => {
      const tuning = createFull(model, {});
      paceTextEncoder(model, tuning, recipe(rate));
      const ofKind = (isText: boolean) =>
        tuning.trainables.filter(({ name }) => name.includes('text_encoder') === isText).map((one) => one.rate ?? 1);
      return [ofKind(false), ofKind(true)].map((all) => [...new Set(all)]);
    };
    expect(rates(tuned)).toEqual([[1], [0.01]]);
    expect(rates(tuned, 0.2)).toEqual([[1], [0.2]]);
    expect(rates(frozen)).toEqual([[1], []]);
    expect(() => rates(frozen, 0.2)).toThrow(/E_OPTION_IDLE[^]*--tune-text-encoder/);
    // Memory is planned for each token with its longest possible text.
    const perToken = 2 * (8 * (12 * 4 + 24) + 4 * 8 * 3 * 4); // of the towers' two blocks
    const longest = Math.floor((0.4 * availableBytes()) / 3 / perToken);
    const plan = { longest, microBatchTokens: 4, checkpointing: 'auto' } as const;
    expect([frozen, tuned].map((model) => planMemory(model, plan).checkpointing !== false)).toEqual([false, true]);
    for (const model of [tuned, frozen]) model.dispose();
  });
});

describe('a folder', () => {
  const context = { emit: () => {}, signal: new AbortController().signal } as unknown as JobContext;
  const shape = { width: 8, blocks: 1, heads: 1, dropout: 0 };
  const textOf = (words: number) => 'pen paper '.repeat(words / 2);
  const news =
    JSON.stringify({ item: 'nib', text: textOf(20) }) + '\n' + JSON.stringify({ item: 'sip', text: textOf(10) });
  beforeAll(async () => {
    writeTinyBert(at('bert'), ['pen', 'paper', 'drink']);
    writeFileSync(at('chosen.jsonl'), '{"items":["pen","ink"]}\n{"items":["tea","cup","pen"]}');
    const items = [
      ['pen', 'writes on paper'],
      ['ink', 'for a pen'],
      ['tea', 'a drink'],
    ];
    writeFileSync(at('items.jsonl'), items.map(([item, text]) => JSON.stringify({ item, text })).join('\n'));
    writeFileSync(at('news.jsonl'), news);
    const input = { modelType: 'two_tower', data: { path: at('chosen.jsonl') }, shape, seed: 1 };
    const texts = { catalogue: at('items.jsonl'), textEncoder: at('bert') };
    await createModel({ ...input, ...texts, folder: at('frozen') }, context);
    await createModel({ ...input, ...texts, folder: at('tuned'), tunesEncoder: true }, context);
  });
  const vectors = (model: Model) =>
    scope(() => itemTrunkOf(model).itemVectors(arange(model.trunk.tokenTable!.count), 'f32').toNumbers());

  it('is not made for the tuning of an encoder that is not named', async () => {
    const input = { modelType: 'two_tower', data: { path: at('chosen.jsonl') }, shape, seed: 1 };
    const alone = { ...input, catalogue: at('items.jsonl'), tunesEncoder: true, folder: at('alone') };
    await expect(createModel(alone, context)).rejects.toThrow(/E_OPTION_IDLE[^]*--text-encoder/);
  });

  it('starts where one with vectors that were made beforehand does', async () => {
    const [frozen, tuned] = [await loadModel(at('frozen')), await loadModel(at('tuned'))];
    const [before, after] = [frozen, tuned].map(({ model }) => vectors(model));
    expect(after.length).toBe(before.length);
    // Those vectors were computed in the machine's fast type.
    for (const [i, value] of after.entries()) expect(Math.abs(value - before[i])).toBeLessThan(0.02);
    expect(itemTrunkOf(frozen.model).textReader).toBeUndefined();
    expect(existsSync(at('tuned/text_encoder/tokenizer.json'))).toBe(true);
    for (const { model } of [frozen, tuned]) model.dispose();
  });

  it('keeps what texts say once it is opened, and recommends by the encoder as it is tuned', async () => {
    const input = { target: at('tuned'), data: { path: at('chosen.jsonl') }, count: 9, keepSeen: true };
    const scores = async () => {
      const [{ items }] = (await recommend(input, context)).rows;
      return new Map(items.map(({ item, score }) => [item, score]));
    };
    const before = await scores();
    expect([...before.keys()].toSorted()).toEqual(['cup', 'ink', 'pen', 'tea']);
    const opened = await openModel(at('tuned'), { precision: 'f32' });
    const stack = itemTrunkOf(opened.model).textReader!.encoder.trunk.stack;
    const embed = vi.spyOn(stack, 'embed');
    const [first, second] = noGrad(() => [vectors(opened.model), vectors(opened.model)]);
    expect([second, embed.mock.calls.length]).toEqual([first, 1]);
    embed.mockRestore();
    opened.model.dispose();
    const { model } = await loadModel(at('tuned'));
    noGrad(() =>
      scope(() => {
        for (const [, { tensor }] of itemTrunkOf(model).textReader!.encoder.parameters())
          tensor.copy_(tensor.mul(1.7).add(0.1));
      }),
    );
    saveModel(model, at('tuned'));
    model.dispose();
    const changed = await openModel(at('tuned'), { precision: 'f32' });
    expect(noGrad(() => vectors(changed.model))).not.toEqual(first);
    expect(await scores()).not.toEqual(before);
    changed.model.dispose();
  });

  it('reads the texts of further items, as much of each as there is room for', async () => {
    const added = await addItems({ target: at('tuned'), catalogue: at('news.jsonl'), folder: at('more') }, context);
    // The original texts have up to five tokens; a few more fit, and truncated texts are reported.
    expect(added).toMatchObject({ added: 2, items: 6, cut: 1 });
    const [before, after] = [await loadModel(at('tuned')), await loadModel(at('more'))].map(({ model }) => {
      const all = vectors(model);
      model.dispose();
      return all;
    });
    for (const [i, value] of before.entries()) expect(after[i]).toBeCloseTo(value, 5);
    const fresh = [0, 1].map((row) => after.slice(before.length + 8 * row).slice(0, 8));
    expect(fresh.map((one) => one.some((value) => value !== 0))).toEqual([true, true]);
    expect(fresh[0]).not.toEqual(fresh[1]);
    expect(existsSync(at('more/text_encoder/tokenizer.json'))).toBe(true);
    // Truncated texts of an earlier file are not reported again.
    writeFileSync(at('later.jsonl'), '{"item":"hat","text":"a hat"}\n');
    const later = await addItems({ target: at('more'), catalogue: at('later.jsonl'), folder: at('later') }, context);
    expect(later).toMatchObject({ added: 1, items: 7, cut: 0 });
  });

  it('is tuned by an adapter that trains the towers whole without being told', async () => {
    const tuningOptions = loraOptions.parse({ r: 4 });
    const recipe = {
      training: { seed: 1 },
      tuning: { method: 'lora', ...tuningOptions, alpha: 8 },
      storage: { name: 'dense' },
      objective: { name: 'item_retrieval' },
    } as unknown as Recipe;
    const { model, tuning } = await createTuned(recipe, at('tuned'), { task: 'next-item', dtype: 'f32' });
    const names = tuning.trainables.map(({ name }) => name.replace('base_model.model.two_tower.', ''));
    const [adapters, whole] = [true, false].map((is) => names.filter((name) => name.includes('.lora_') === is));
    expect(adapters.every((name) => name.startsWith('text_encoder.'))).toBe(true);
    expect(new Set(whole.map((name) => name.split('.')[0]))).toEqual(
      new Set(['item_emb', 'user_blocks', 'item_blocks']),
    );
    expect(tuning.trainables.filter(({ rate }) => rate === 0.01).length).toBe(adapters.length);
    tuning.dispose();
    model.dispose();
  });
});
