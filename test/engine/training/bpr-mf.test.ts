// Matrix factorisation compared with its formula in plain loops; and the negatives of its rows.
import type { StepChoice } from '../../../src/jobs/estimate/planned-run.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findTargets } from '../../../src/methods/tunings/targets.ts';
import { create } from '../../../src/training/objectives/bpr.ts';
import { itemTrunkOf } from '../../../src/models/items/item-model.ts';
import type { Model } from '../../../src/models/model.ts';
import { layoutOfRows } from '../../../src/engine/nn/index.ts';
import { arange, scope } from '../../../src/engine/tensor/index.ts';
import { aboutIds, itemIds, itemTokenizer, selfOf, type Tokenizer } from '../../../src/models/text/index.ts';
import type { Processor } from '../../../src/training/objective.ts';
import type { JobContext } from '../../../src/base/job.ts';
import { run as describeModel } from '../../../src/jobs/describe.ts';
import { run as estimate } from '../../../src/jobs/estimate/estimate.ts';
import { rowsOfItems } from '../rows-of-items.ts';
import { tinyConfigs } from '../tiny-configs.ts';
import { tinyModel } from '../tiny-models.ts';

type Vector = number[];

const USERS = ['ann', 'bob', 'cyd', 'dan', 'eve'];
const ITEMS = [...'abcdefghij'];
/** Ids 2 to 6 are the users, 7 to 16 the items. */
const [FIRST_USER, FIRST_ITEM] = [2, 7];

let model: Model;
let tokenizer: Tokenizer;
beforeAll(async () => {
  model = await tinyModel({ raw: tinyConfigs.bpr_mf[0], task: 'next-item' });
  tokenizer = await itemTokenizer(ITEMS, USERS.map(selfOf));
});
afterAll(() => model.dispose());

describe('matrix factorisation', () => {
  it('has a vector for each user, and for others the mean of what they chose, as long as those are', () => {
    const known = itemIds(tokenizer, { user: 'cyd', items: ['a', 'c'] }).ids;
    const unknown = itemIds(tokenizer, { user: 'zoe', items: ['b', 'd', 'b'] }).ids;
    const ids = BigInt64Array.from([...known, ...unknown], BigInt);
    const layout = layoutOfRows([known.length, unknown.length], { causal: true });
    const got = scope(() => rowsOf(model.hidden({ ids, layout }).toNumbers(), model.trunk.width));
    const { vectors, state } = plainFactors(model);
    const none = vectors[0].map(() => 0);
    const cyd = vectors[FIRST_USER + 2];
    const [b, d] = [vectors[FIRST_ITEM + 1], vectors[FIRST_ITEM + 3]];
    const wanted = [none, cyd, cyd, cyd, none, state([b]), state([b, d]), state([b, d, b])];
    expectNear(got.flat(), wanted.map((one) => [...one, 1]).flat());
  });

  it("adds an item's bias to its product with a user", () => {
    const { vectors, biases } = plainFactors(model);
    const got = scope(() => itemTrunkOf(model).itemVectors(arange(17), 'f64').toNumbers());
    expectNear(got, vectors.map((one, id) => [...one, biases[id]]).flat());
  });
});

describe('its tuning', () => {
  it('is of all weights: no layer takes an adapter, which is told before training and refused in it', async () => {
    const config = tinyConfigs.bpr_mf[0];
    expect((await describeModel({ config })).adapted).toEqual([]);
    const context = { emit: () => undefined, signal: new AbortController().signal } as unknown as JobContext;
    const choice = (method: string) => {
      const options = { tuning: { method }, storage: { name: 'dense' }, optimizer: { name: 'adamw' } };
      return { name: method, ...(options as StepChoice) };
    };
    const { plans } = await estimate({ config, tokens: 1000, choices: [choice('full')] }, context);
    expect(plans.map(({ name }) => name)).toEqual(['full']);
    await expect(estimate({ config, tokens: 1000, choices: [choice('lora')] }, context)).rejects.toMatchObject({
      code: 'E_NO_TARGETS',
    });
    expect(() => findTargets(model, { target_modules: 'all-linear' })).toThrow(
      expect.objectContaining({ code: 'E_NO_TARGETS', fix: 'train all weights: tuning: full' }),
    );
  });
});

describe('its vocabulary', () => {
  it('has users behind what stands for nobody, and leaves out those that it does not know', () => {
    expect(aboutIds(tokenizer)).toEqual({ first: FIRST_USER, count: USERS.length });
    expect(itemIds(tokenizer, { user: 'bob', items: ['a'] })).toMatchObject({ ids: Int32Array.of(1, 3, 7), lead: 2 });
    expect(itemIds(tokenizer, { user: 'zoe', items: ['a'] })).toMatchObject({ ids: Int32Array.of(1, 7), lead: 1 });
  });
});

describe('the objective', () => {
  let objective: ReturnType<typeof create>;
  const at = { seed: 3, step: 5 };
  const rows = rowsOfItems(
    [
      [1, 2, 7, 8, 9],
      [1, 4, 10, 7],
    ],
    2,
  );
  beforeAll(() => {
    objective = create({ negatives: 2, text_encoder_rate: null }, { tokenizer } as Processor);
  });

  it('is the logarithm of the logistic function of how much higher the item scores than what is drawn', () => {
    const drawn = objective.draw!(rows, at);
    const { vectors, biases } = plainFactors(model);
    const losses = drawn.map(({ ids, rivals }) => {
      const score = (id: number) => dot(vectors[ids[1]], vectors[id]) + biases[id];
      const chosen = [...ids].slice(2);
      const terms = chosen.flatMap((id, i) => {
        return Array.from(
          rivals.slice(2 * i, 2 * i + 2),
          (rival) => Math.log1p(Math.exp(score(rival) - score(id))) / 2,
        );
      });
      return terms.reduce((a, b) => a + b) / 5;
    });
    const { perRow, right } = scope(() => {
      const { perRow: shares, tally } = objective.loss(model, objective.collate(drawn), { totals: { tokens: 5 } });
      return { perRow: shares.toNumbers(), right: tally.pair_accuracy };
    });
    expectNear(perRow, losses);
    expect(right.count).toBe(10);
  });

  it('draws items that the row does not have, all of them in time, others at each step, the same ones to evaluate', () => {
    const [row] = rows;
    const drawn = Array.from({ length: 200 }, (_, step) => [...objective.draw!([row], { seed: 3, step })[0].rivals]);
    expect([...new Set(drawn.flat())].toSorted((a, b) => a - b)).toEqual([10, 11, 12, 13, 14, 15, 16]);
    expect(drawn[0]).toHaveLength(6);
    expect(new Set(drawn.map(String)).size).toBeGreaterThan(190);
    expect(objective.draw!(rows, undefined)).toEqual(objective.draw!(rows, undefined));
    expect(objective.draw!([rows[1]], at)[0]).toEqual(objective.draw!(rows, at)[1]);
  });

  it('trains nothing of who has every item', () => {
    const all = [1, 2, ...ITEMS.map((_, i) => FIRST_ITEM + i)];
    const trained = Uint8Array.from(all, (_, t) => (t > 1 ? 1 : 0));
    const row = { id: 'all', ids: Int32Array.from(all), trained, source: { file: 'rows', line: 1 } };
    const drawn = objective.draw!([row, ...rows], at);
    expect(objective.counts({ rows: drawn })).toMatchObject({ tokens: 5 });
    const perRow = scope(() =>
      objective.loss(model, objective.collate(drawn), { totals: { tokens: 5 } }).perRow.toNumbers(),
    );
    expect([perRow.length, perRow[0]]).toEqual([3, 0]);
  });
});

/** Computes the model's output from its parameters alone. */
function plainFactors(of: Model) {
  const values = new Map([...of.parameters()].map(([path, { tensor }]) => [path, tensor.toNumbers()]));
  const vectors = rowsOf(values.get('bpr_mf.item_emb.weight')!, 8);
  const users = vectors.slice(FIRST_USER, FIRST_ITEM);
  const usual = users.reduce((sum, one) => sum + Math.sqrt(dot(one, one)), 0) / users.length;
  const state = (chosen: readonly Vector[]) => {
    const mean = chosen[0].map((_, f) => chosen.reduce((sum, one) => sum + one[f], 0) / chosen.length);
    return mean.map((value) => (value / Math.sqrt(dot(mean, mean))) * usual);
  };
  return { vectors, biases: values.get('bpr_mf.item_bias')!, state };
}

function rowsOf(values: readonly number[], width: number): Vector[] {
  return Array.from({ length: values.length / width }, (_, row) => values.slice(row * width, (row + 1) * width));
}

function dot(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, value, i) => sum + value * b[i], 0);
}

function expectNear(got: readonly number[], wanted: readonly number[]): void {
  expect(got.length).toBe(wanted.length);
  expect(Math.max(...got.map((value, i) => Math.abs(value - wanted[i])))).toBeLessThan(1e-9);
}
