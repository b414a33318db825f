// Two towers compared with their formulas in plain loops; features of items; their index and items added later.
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { create } from '../../../src/training/objectives/item-retrieval.ts';
import { create as createFull } from '../../../src/methods/tunings/full.ts';
import { itemTrunkOf } from '../../../src/models/items/item-model.ts';
import { loadModel } from '../../../src/models/load-model.ts';
import type { Model } from '../../../src/models/model.ts';
import { layoutOfRows, withRandomness } from '../../../src/engine/nn/index.ts';
import { arange, fromArray, scope } from '../../../src/engine/tensor/index.ts';
import { itemTokenizer } from '../../../src/models/text/index.ts';
import type { Objective, Processor } from '../../../src/training/objective.ts';
import type { PreparedRow } from '../../../src/answering/tasks/rows/prepared-rows.ts';
import type { Update } from '../../../src/methods/interfaces.ts';
import { trainStep } from '../../../src/training/train-step.ts';
import type { JobContext } from '../../../src/base/job.ts';
import { run as addItems } from '../../../src/answering/recommend/add-items.ts';
import { run as createModel, type CreatedModel } from '../../../src/answering/recommend/create.ts';
import { run as indexItems } from '../../../src/answering/recommend/index-items.ts';
import { run as recommend } from '../../../src/answering/recommend/recommend.ts';
import { writeTinyBert } from '../../system/cli-tiny-bert.ts';
import { rowsOfItems } from '../rows-of-items.ts';
import { tinyConfigs } from '../tiny-configs.ts';
import { tinyModel } from '../tiny-models.ts';

type Vector = number[];

const folder = mkdtempSync(join(tmpdir(), 'attune-towers-'));
afterAll(() => rmSync(folder, { recursive: true }));
const at = (name: string) => join(folder, name);

describe('two towers', () => {
  let model: Model;
  beforeAll(async () => {
    model = await tinyModel({ raw: tinyConfigs.two_tower[0], task: 'next-item' });
  });
  afterAll(() => model.dispose());

  it('have the states and the vectors of items of their formulas', () => {
    const ids = [3, 9, 1, 14, 3];
    const layout = layoutOfRows([ids.length], { causal: true });
    const plain = plainTowers(model);
    scope(() => {
      const states = model.hidden({ ids: BigInt64Array.from(ids, BigInt), layout }).toNumbers();
      expectNear(states, plain.states(ids).flat());
      const vectors = itemTrunkOf(model).itemVectors(arange(17), 'f64').toNumbers();
      expectNear(vectors, Array.from({ length: 17 }, (_, id) => plain.item(id)).flat());
    });
  });

  it('leave out the own vectors of the same items everywhere in a step', () => {
    const at = (step: number, ids: readonly number[]) =>
      scope(() => {
        const randomness = { seed: 5, step, tokens: fromArray(BigInt64Array.from(ids, BigInt)) };
        const tensor = fromArray(BigInt64Array.from(ids, BigInt));
        return withRandomness(randomness, () => itemTrunkOf(model).itemVectors(tensor, 'f64').toNumbers());
      });
    const [all, some] = [at(1, [0, 1, 2, 3, 4, 5, 6, 7]), at(1, [5, 2])];
    const width = all.length / 8;
    const of = (id: number) => all.slice(id * width, (id + 1) * width);
    expect(some).toEqual([...of(5), ...of(2)]);
    expect(at(2, [0, 1, 2, 3, 4, 5, 6, 7])).not.toEqual(all);
  });
});

describe('the objective of retrieval', () => {
  let model: Model;
  let objective: Objective;
  const rows = rowsOfItems(
    [
      [1, 4, 5, 6],
      [1, 5, 7],
      [1, 6, 4, 8, 9],
    ],
    1,
  );
  const counts = new Map([
    ['c', 6],
    ['d', 2],
    ['e', 1],
  ]);
  beforeAll(async () => {
    // Ids 2 to 16 are the items a to o.
    const tokenizer = await itemTokenizer([...'abcdefghijklmno']);
    const statistics = { rows: 3, counts: [], mean: 0, deviation: 1, items: counts };
    objective = create({ log_q: true, text_encoder_rate: null }, { tokenizer, statistics } as unknown as Processor);
    model = await tinyModel({ raw: tinyConfigs.two_tower[0], task: 'next-item' });
  });
  afterAll(() => model.dispose());

  it('is the cross-entropy over what the rows choose, less the logarithm of how often that is chosen', () => {
    const { perRow } = scope(() => {
      const { perRow: shares } = objective.loss(model, objective.collate(rows), { totals: { tokens: 9, rows: 3 } });
      return { perRow: shares.toNumbers() };
    });
    const plain = plainTowers(model);
    const total = 9 + 0.5 * 14;
    const share = (id: number) => (counts.get('abcdefghijklmno'[id - 2]) ?? 0.5) / total;
    const chosen = rows.flatMap(({ ids }) => [...ids].slice(1));
    const losses = rows.map(({ ids }) => {
      const states = plain.states([...ids]);
      return [...ids].slice(1).reduce((sum, target, t) => {
        const others = chosen.filter((id) => !ids.includes(id));
        const score = (id: number) => dot(states[t], plain.item(id)) - Math.log(share(id));
        const all = [target, ...others].map((id) => Math.exp(score(id)));
        return sum - Math.log(all[0] / all.reduce((a, b) => a + b)) / 9;
      }, 0);
    });
    expectNear(perRow, losses, 1e-7); // the subtracted value is f32
  });

  it('counts as right what scores best of all that the row does not have, however often others are chosen', () => {
    const totals = { tokens: 9, rows: 3 };
    const hits = scope(() =>
      objective.loss(model, objective.collate(rows), { totals }).tally.in_batch_accuracy.sum.item(),
    );
    const plain = plainTowers(model);
    const chosen = [...new Set(rows.flatMap(({ ids }) => [...ids].slice(1)))];
    const wanted = rows.flatMap(({ ids }) => {
      const states = plain.states([...ids]);
      return [...ids].slice(1).map((target, t) => {
        const others = chosen.filter((id) => !ids.includes(id));
        return others.every((id) => dot(states[t], plain.item(id)) < dot(states[t], plain.item(target)));
      });
    });
    expect(hits).toBe(wanted.filter(Boolean).length);
    expect(new Set(wanted).size).toBe(2);
  });

  it('is 0 for rows of which nothing is to be found, alone as among others', () => {
    const empty = { ...rows[0], trained: new Uint8Array(rows[0].ids.length) };
    for (const some of [[empty], [empty, ...rows]]) {
      const shares = scope(() =>
        objective.loss(model, objective.collate(some), { totals: { tokens: 9 } }).perRow.toNumbers(),
      );
      expect([shares.length, shares[0]]).toEqual([some.length, 0]);
    }
  });

  it('has the same gradients where a step is computed in parts', async () => {
    const step = async (microBatches: PreparedRow[][]) => {
      const tuning = createFull(model, {});
      let gradients: number[] = [];
      const update: Partial<Update> = {
        step: () => {
          gradients = scope(() =>
            tuning.trainables.flatMap(({ parameter }) => {
              const values = parameter.tensor.grad?.toNumbers() ?? [];
              parameter.tensor.grad = undefined;
              return values;
            }),
          );
          return 1;
        },
      };
      const options = { learningRate: 0, weightDecay: 0, maxGradNorm: 0 };
      const request = { microBatches, step: 3, seed: 1, checkpointing: false, options };
      const { loss } = await trainStep({ model, objective, update: update as Update }, request);
      tuning.dispose();
      return [loss, ...gradients];
    };
    const [whole, parts] = [await step([rows]), await step([[rows[0]], rows.slice(1)])];
    expectNear(parts, whole, 1e-6); // the vectors are compared in f32 at least
  });
});

/** Computes the model's output from its parameters alone. */
function plainTowers(model: Model) {
  const values = new Map([...model.parameters()].map(([path, { tensor }]) => [path, tensor]));
  const of = (path: string): Vector | undefined => {
    const tensor = values.get(`two_tower.${path}`);
    return tensor && scope(() => tensor.toNumbers());
  };
  const width = model.trunk.width;
  const [own, words, tags] = ['', 'words.', 'tags.'].map((part) => chunks(of(`item_emb.${part}weight`), width));
  const members = (part: string) => chunks(of(`item_emb.${part}.members`), part === 'words' ? 3 : 2);
  const mean = (bag: Vector, table: Vector[]) => {
    const places = bag.filter((place) => place > 0);
    return places.reduce(
      (sum, place) =>
        add(
          sum,
          table[place].map((v) => v / places.length),
        ),
      zero(width),
    );
  };
  const measure = (part: string, size: number, id: number) => {
    const dense = chunks(of(`item_emb.${part}.dense.weight`), size);
    return dense.map((weights) => dot(weights, chunks(of(`item_emb.${part}.values`), size)[id]));
  };
  const known = (id: number) => {
    if (words.length === 0) return own[id];
    const bags = add(mean(members('words')[id], words), mean(members('tags')[id], tags));
    return [bags, measure('numbers', 2, id), measure('texts', 5, id)].reduce(add, own[id]);
  };
  const block = (path: string, x: Vector) => {
    const linear = (name: string, input: Vector) =>
      chunks(of(`${path}.${name}.weight`), input.length).map((w, i) => dot(w, input) + of(`${path}.${name}.bias`)![i]);
    const middle = x.reduce((a, b) => a + b) / width;
    const variance = x.reduce((sum, value) => sum + (value - middle) ** 2, 0) / width;
    const [scale, shift] = [of(`${path}.norm.weight`)!, of(`${path}.norm.bias`)!];
    const normal = x.map((value, i) => ((value - middle) / Math.sqrt(variance + 1e-5)) * scale[i] + shift[i]);
    return add(x, linear('outer', linear('inner', normal).map(gelu)));
  };
  const tower = (name: string, x: Vector) => [0, 1].reduce((y, place) => block(`${name}.${place}`, y), x);
  return {
    item: (id: number) => tower('item_blocks', known(id)),
    states: (ids: readonly number[]) =>
      ids.map((_, t) => {
        const sum = ids
          .slice(0, t + 1)
          .map(known)
          .reduce(add);
        return tower(
          'user_blocks',
          sum.map((value) => value / (t + 1)),
        );
      }),
  };
}

/** x Φ(x), with the error function as a series. */
function gelu(x: number): number {
  const z = x / Math.SQRT2;
  let [term, sum] = [z, z];
  for (let n = 1; n < 60; n++) {
    term *= (-z * z) / n;
    sum += term / (2 * n + 1);
  }
  return 0.5 * x * (1 + (2 / Math.sqrt(Math.PI)) * sum);
}

function dot(a: Vector, b: Vector): number {
  return a.reduce((sum, value, i) => sum + value * b[i], 0);
}
function add(a: Vector, b: Vector): Vector {
  return a.map((value, i) => value + b[i]);
}
function zero(width: number): Vector {
  return Array.from({ length: width }, () => 0);
}
function chunks(values: Vector | undefined, size: number): Vector[] {
  if (values === undefined) return [];
  return Array.from({ length: values.length / size }, (_, i) => values.slice(i * size, (i + 1) * size));
}
function expectNear(got: readonly number[], wanted: readonly number[], within = 1e-9): void {
  expect(got.length).toBe(wanted.length);
  expect(Math.max(...got.map((value, i) => Math.abs(value - wanted[i])))).toBeLessThan(within);
}

describe('a model of items with features', () => {
  const context = { emit: () => {}, signal: new AbortController().signal } as unknown as JobContext;
  const shape = { width: 8, blocks: 1, heads: 1, dropout: 0 };
  let made: CreatedModel;
  beforeAll(async () => {
    const rows = ['{"items":["pen","ink"],"user_features":{"plan":"pro"}}', '{"items":["tea","cup","pen"]}'];
    writeFileSync(at('chosen.jsonl'), rows.join('\n'));
    const items = [
      '{"item":"pen","text":"writes on paper","price":2,"shelf":"office"}',
      '{"item":"ink","text":"for a pen that writes","price":4,"shelf":"office"}',
      '{"item":"pad","text":"paper for a pen","price":6,"shelf":"office"}',
      '{"item":"tea","text":"a drink","shelf":"food"}',
    ];
    writeFileSync(at('items.jsonl'), items.join('\n'));
    const input = { modelType: 'two_tower', data: { path: at('chosen.jsonl') }, folder: at('base'), shape, seed: 1 };
    made = await createModel({ ...input, catalogue: at('items.jsonl') }, context);
    await indexItems({ target: at('base') }, context);
  });

  it('is made for the items that are chosen and those that are only known', () => {
    expect(made).toMatchObject({ items: 5, cold: 1, rows: 2, userFeatures: 1, maxPositions: 4 });
    expect(made.itemFeatures).toEqual({
      words: 5,
      wordsOfItem: 4,
      tags: 2,
      tagsOfItem: 1,
      numbers: 1,
      textWidth: 0,
      textTokens: 0,
    });
  });

  it('recommends what a row does not have yet, or all, the best by what the model computes first', async () => {
    const input = { target: at('base'), data: { path: at('chosen.jsonl') }, count: 9 };
    const { rows, index } = await recommend({ ...input, keepSeen: false }, context);
    expect(index).toEqual({ kind: 'exact', items: 5 });
    expect(rows.map(({ items }) => items.map(({ item }) => item).toSorted())).toEqual([
      ['cup', 'pad', 'tea'],
      ['ink', 'pad'],
    ]);
    const [all] = (await recommend({ ...input, keepSeen: true }, context)).rows;
    const { model } = await loadModel(at('base'));
    // Start, plan=pro, pen and ink; the items are cup, ink, pad, pen and tea.
    const states = { ids: BigInt64Array.of(1n, 2n, 6n, 4n), layout: layoutOfRows([4], { causal: true }) };
    const scores = scope(() => model.tokenHead.logits(model.hidden(states).narrow(0, 3, 1)).toNumbers());
    const wanted = ['cup', 'ink', 'pad', 'pen', 'tea'].map((item, i) => ({ item, score: scores[3 + i] }));
    const sorted = wanted.toSorted((a, b) => b.score - a.score);
    expect(all.items.map(({ item }) => item)).toEqual(sorted.map(({ item }) => item));
    expectNear(
      all.items.map(({ score }) => score),
      sorted.map(({ score }) => score),
      1e-5,
    );
    model.dispose();
  });

  it('is told of further items, which it scores by their features, and what it knew stays as it was', async () => {
    const news = [
      '{"item":"nib","text":"a pen writes","price":4,"shelf":"office"}',
      '{"item":"tea","text":"a drink","shelf":"food"}',
    ];
    writeFileSync(at('news.jsonl'), news.join('\n'));
    const added = await addItems({ target: at('base'), catalogue: at('news.jsonl'), folder: at('more') }, context);
    expect(added).toMatchObject({ added: 1, described: 1, items: 6 });
    const [before, after] = [await loadModel(at('base')), await loadModel(at('more'))].map(({ model }) => {
      const vectors = scope(() =>
        itemTrunkOf(model).itemVectors(arange(model.trunk.tokenTable!.count), 'f32').toNumbers(),
      );
      model.dispose();
      return vectors;
    });
    expectNear(after.slice(0, before.length), before, 1e-6);
    const fresh = after.slice(before.length);
    expect([fresh.length, fresh.every((value) => value === 0)]).toEqual([8, false]);
    const input = { target: at('more'), data: { path: at('chosen.jsonl') }, count: 9, keepSeen: false };
    const { rows } = await recommend(input, context);
    expect(rows[0].items.map(({ item }) => item)).toContain('nib');
    await expect(
      addItems({ target: at('base'), catalogue: at('news.jsonl'), folder: at('more') }, context),
    ).rejects.toThrow(/E_OUTPUT_EXISTS/);
  });

  it('reads the texts of its items by another model where that is wanted, also of those that come later', async () => {
    writeTinyBert(at('bert'), ['pen', 'paper']);
    const input = { modelType: 'two_tower', data: { path: at('chosen.jsonl') }, folder: at('read'), shape, seed: 1 };
    const reading = { catalogue: at('items.jsonl'), textEncoder: at('bert') };
    expect((await createModel({ ...input, ...reading }, context)).itemFeatures).toMatchObject({
      words: 0,
      textWidth: 64,
    });
    await addItems({ target: at('read'), catalogue: at('news.jsonl'), folder: at('read more') }, context);
    const lengths = await Promise.all(
      ['read', 'read more'].map(async (name) => {
        const { model } = await loadModel(at(name));
        const values = scope(
          () => new Map([...model.parameters()].map(([path, { tensor }]) => [path, tensor.toNumbers()])),
        );
        model.dispose();
        return chunks(values.get('two_tower.item_emb.texts.values'), 64).map((vector) =>
          Math.hypot(...vector).toFixed(3),
        );
      }),
    );
    // Two special tokens and a user feature; cup, which has no text; ink, pad, pen and tea; nib.
    const [none, one] = ['0.000', '1.000'];
    const known = [none, none, none, none, one, one, one, one];
    expect(lengths).toEqual([known, [...known, one]]);
    const alone = { ...input, folder: at('not read'), textEncoder: at('bert') };
    await expect(createModel(alone, context)).rejects.toThrow(/E_OPTION_IDLE/);
    const silent = { ...input, folder: at('silent'), catalogue: at('silent.jsonl'), textEncoder: at('bert') };
    writeFileSync(at('silent.jsonl'), '{"item":"pen","price":1}');
    await expect(createModel(silent, context)).rejects.toThrow(/E_NO_TEXTS/);
  });

  it('refuses an index of other weights, and features where ids are all that is read', async () => {
    copyFileSync(at('more/index.safetensors'), at('base/index.safetensors'));
    const input = { target: at('base'), data: { path: at('chosen.jsonl') }, count: 1, keepSeen: false };
    await expect(recommend(input, context)).rejects.toThrow(/E_INDEX_STALE/);
    const other = { modelType: 'sasrec', data: { path: at('chosen.jsonl') }, folder: at('ids'), shape, seed: 1 };
    await expect(createModel({ ...other, catalogue: at('items.jsonl') }, context)).rejects.toThrow(/E_OPTION_IDLE/);
    await createModel(other, context);
    const request = { target: at('ids'), catalogue: at('news.jsonl'), folder: at('ids more') };
    await expect(addItems(request, context)).rejects.toThrow(/E_NO_CATALOGUE/);
  });
});
