// A federation of sites with different ranks: each fits a product of factors to its own matrix.
import { afterEach, describe, expect, it } from 'vitest';
import { readPlan } from '../../../src/app/federate/read-plan.ts';
import { siteRecipe } from '../../../src/app/federate/local-training.ts';
import { randomUnit } from '../../../src/base/random.ts';
import { averageProducts } from '../../../src/federation/products.ts';
import type { PlanInput } from '../../../src/federation/plan.ts';
import { narrowed, rankOf, tuningAt, widened } from '../../../src/federation/ranks.ts';
import type { LocalTraining } from '../../../src/federation/site.ts';
import type { Weights } from '../../../src/federation/weights.ts';
import { LocalFederation, planOf, type Trial } from './local-federation.ts';

const [RANK, INPUTS, OUTPUTS] = [4, 6, 5];
const RATE = 0.2;

function uniform(name: string, seed: number, [rows, columns]: [number, number]) {
  const values = Float32Array.from({ length: rows * columns }, (_, i) => randomUnit([seed, name, i]) - 0.5);
  return { shape: [rows, columns], values };
}

/** Factors of rank r; the initial factors of a smaller rank are a part of those of a larger one. */
function factors(rank: number, seed: number, isStart = false): Weights {
  const a = uniform('A', seed, [rank, INPUTS]);
  const b = uniform('B', seed, [OUTPUTS, rank]);
  if (isStart) b.values.fill(0);
  return new Map([
    ['layer.lora_A.weight', a],
    ['layer.lora_B.weight', b],
  ]);
}

/** B A, row-major. */
function product(weights: Weights): number[] {
  const [a, b] = [weights.get('layer.lora_A.weight')!, weights.get('layer.lora_B.weight')!];
  const rank = a.shape[0];
  return Array.from({ length: OUTPUTS * INPUTS }, (_, place) => {
    const [row, column] = [Math.floor(place / INPUTS), place % INPUTS];
    let sum = 0;
    for (let k = 0; k < rank; k++) sum += b.values[row * rank + k] * a.values[k * INPUTS + column];
    return sum;
  });
}

function norm(values: readonly number[]): number {
  return Math.hypot(...values);
}

function distance(one: readonly number[], other: readonly number[]): number {
  return norm(one.map((value, i) => value - other[i]));
}

/** Target matrix of a site. */
const targetOf = (site: number): number[] => product(factors(RANK, 100 + site));

/** Gradient descent on the squared distance of B A from the site's matrix. */
function factorTraining(site: number, rank: number): LocalTraining {
  const target = targetOf(site);
  const trained = (weights: Weights) => ({ weights, examples: site + 1, metrics: {} });
  return {
    start: () => Promise.resolve(trained(factors(rank, 1, true))),
    train(weights, { from, until }) {
      let now = weights;
      for (let step = from; step < until; step++) now = stepped(now, target);
      return Promise.resolve(trained(now));
    },
    finish: (weights) => {
      const { shape } = weights.get('layer.lora_A.weight')!;
      const config = JSON.stringify({ peft_type: 'LORA', r: rank, lora_alpha: 2 * rank });
      return Promise.resolve({ values: { 'adapter-config': config }, metrics: { rank: shape[0] } });
    },
  };
}

function stepped(weights: Weights, target: readonly number[]): Weights {
  const [a, b] = [weights.get('layer.lora_A.weight')!, weights.get('layer.lora_B.weight')!];
  const rank = a.shape[0];
  const errors = product(weights).map((value, i) => value - target[i]);
  const [downA, downB] = [a.values.map(() => 0), b.values.map(() => 0)];
  for (let row = 0; row < OUTPUTS; row++)
    for (let column = 0; column < INPUTS; column++)
      for (let k = 0; k < rank; k++) {
        downA[k * INPUTS + column] += b.values[row * rank + k] * errors[row * INPUTS + column];
        downB[row * rank + k] += a.values[k * INPUTS + column] * errors[row * INPUTS + column];
      }
  const moved = (values: Float32Array, down: Float32Array) => values.map((value, i) => value - RATE * down[i]);
  return new Map([
    ['layer.lora_A.weight', { shape: a.shape, values: moved(a.values, downA) }],
    ['layer.lora_B.weight', { shape: b.shape, values: moved(b.values, downB) }],
  ]);
}

const made: LocalFederation[] = [];
afterEach(() => made.splice(0).forEach((one) => one.remove()));

/** Sites are named "site 1", "site 2", … */
function federation(ranks: PlanInput['ranks'], { plan, ...more }: Partial<Trial>, r = RANK): LocalFederation {
  const input = { strategy: 'product' as const, recipe: { model: 'm', tuning: { r } }, ranks, ...plan };
  const training = (_: unknown, site: number) => factorTraining(site, rankOf(planOf(input), `site ${site + 1}`) ?? r);
  const one = new LocalFederation({ rows: [[], [], []], ...more, plan: input, training });
  made.push(one);
  return one;
}

/** A product of the same rank, fitted to another one by gradient descent. */
function nearest(weights: Weights, other: Weights): number[] {
  let now = weights;
  for (let step = 0; step < 200; step++) now = stepped(now, product(other));
  return product(now);
}

describe('parts of factors', () => {
  it('of the first singular directions are the best approximation of their rank', () => {
    const whole = averageProducts([{ examples: 1, weights: factors(RANK, 7) }]).weights;
    const part = narrowed(whole, 2);
    expect(part.get('layer.lora_A.weight')!.shape).toEqual([2, INPUTS]);
    expect(part.get('layer.lora_B.weight')!.shape).toEqual([OUTPUTS, 2]);
    // The part consists of the leading singular directions, and no other factors of this rank are closer.
    expect(distance(product(part), product(averageProducts([{ examples: 1, weights: part }]).weights))).toBeLessThan(
      1e-6,
    );
    const far = distance(product(part), product(whole));
    for (let seed = 0; seed < 20; seed++)
      expect(far).toBeLessThan(distance(nearest(factors(2, seed), whole), product(whole)));
  });

  it('become whole with what was left out', () => {
    const whole = factors(RANK, 9);
    expect(widened(narrowed(whole, 3), whole)).toEqual(whole);
    const changed = factors(1, 10);
    const [before, after] = [product(narrowed(whole, 1)), product(changed)];
    const moved = product(whole).map((value, i) => value + after[i] - before[i]);
    expect(distance(product(widened(changed, whole)), moved)).toBeLessThan(1e-6);
  });
});

describe('sites of different ranks', () => {
  it('train their part, and the average has the changes of all', async () => {
    const sent = new Map<string, number>();
    const onAsk: Trial['onAsk'] = (content, { site, key }) => {
      const rank = content.arrays.get('arrays')?.get('layer.lora_A.weight')!.shape[0];
      if (rank !== undefined) sent.set(`${site} ${key}`, rank);
    };
    const one = federation({ 'site 1': 1, 'site 3': 2 }, { plan: { rounds: 1 }, onAsk });
    const { weights, adapterConfig, verdicts, rounds } = await one.run();
    expect(Object.fromEntries(sent)).toEqual({
      '1 1-1-train': 1,
      '2 1-1-train': 4,
      '3 1-1-train': 2,
      '1 2-0-finish': 1,
      '2 2-0-finish': 4,
      '3 2-0-finish': 2,
    });
    const start = factors(RANK, 1, true);
    const all = await Promise.all(
      [1, RANK, 2].map(async (rank, site) => {
        const own = await factorTraining(site, rank).train(narrowed(start, rank), { from: 0, until: 2 });
        return { examples: site + 1, weights: widened(own.weights, start) };
      }),
    );
    const exact = averageProducts(all);
    expect(distance(product(weights), product(exact.weights))).toBeLessThan(1e-6);
    expect(rounds[1].error).toBeCloseTo(exact.error, 6);
    expect(JSON.parse(adapterConfig)).toEqual({ peft_type: 'LORA', r: 4, lora_alpha: 8 });
    expect(Object.values(verdicts).map(({ metrics }) => metrics.rank)).toEqual([1, 4, 2]);
  });

  it('come nearer to what all rows ask for than sites of the smallest rank', async () => {
    const mean = targetOf(0).map((_, i) =>
      [0, 1, 2].reduce((sum, site) => sum + ((site + 1) / 6) * targetOf(site)[i], 0),
    );
    const plan = { rounds: 6, local_steps: 4 };
    const mixed = await federation({ 'site 1': 1 }, { plan }).run();
    const narrow = await federation(undefined, { plan }, 1).run();
    const [near, far] = [mixed, narrow].map(({ weights }) => distance(product(weights), mean));
    expect(near).toBeLessThan(0.8 * far);
  });

  it('wait for one that has the whole start', async () => {
    let isThere = false;
    const one = federation(
      { 'site 1': 2, 'site 2': 1 },
      { plan: { rounds: 1, min_sites: 2 }, isPresent: (site) => site < 3 || isThere },
    );
    const running = one.run();
    setTimeout(() => (isThere = true), 50);
    const { rounds } = await running;
    expect(rounds[0].sites).toEqual(['1', '2', '3']);
    expect(one.events).toContainEqual({ type: 'waiting', present: 2, needed: 3 });
  });

  it('are refused where their answers have another rank', async () => {
    const plan: Trial['plan'] = {
      strategy: 'product',
      recipe: { model: 'm', tuning: { r: RANK } },
      ranks: { 'site 1': 2 },
    };
    const training = (_: unknown, site: number): LocalTraining =>
      site === 1
        ? factorTraining(site, RANK)
        : { ...factorTraining(site, 2), train: () => factorTraining(site, 3).start() };
    const one = new LocalFederation({ rows: [[], []], plan: { ...plan, rounds: 1 }, training });
    made.push(one);
    const { rounds } = await one.run();
    expect(rounds[1].left_out['1']).toContain('has shape [3, 6] instead of [2, 6]');
  });
});

describe('a direction that nobody trained yet', () => {
  it('keeps an A, so that it can learn later', () => {
    const start = factors(RANK, 1, true);
    const one = { examples: 1, weights: widened(factors(1, 11), start) };
    const { weights } = averageProducts([one]);
    const a = weights.get('layer.lora_A.weight')!.values;
    for (let row = 1; row < RANK; row++)
      expect(norm([...a.subarray(row * INPUTS, (row + 1) * INPUTS)])).toBeGreaterThan(0.1);
    expect(distance(product(weights), product(factors(1, 11)))).toBeLessThan(1e-6);
  });
});

describe('a plan with ranks', () => {
  const plan: PlanInput = {
    name: 'ranks',
    recipe: { model: 'attune-base', objective: 'sft', tuning: { r: 16, alpha: 24 } },
    strategy: 'product',
    ranks: { berlin: 4 },
  };

  it('gives a site its rank, with the same alpha / r', async () => {
    const read = readPlan(plan);
    const recipe = await siteRecipe(read, { name: 'berlin', flags: { train: 'rows.jsonl' }, folder: 'site' });
    expect(recipe.tuning).toMatchObject({ method: 'lora', r: 4, alpha: 6 });
    expect(tuningAt(read, 'rome')).toEqual({ method: 'lora', r: 16, alpha: 24 });
    expect(tuningAt(readPlan({ ...plan, ranks: { berlin: 16 } }), 'berlin')).toEqual(tuningAt(read, 'rome'));
  });

  it('is refused with all that is wrong', () => {
    const wrong = (change: Partial<PlanInput>, tuning: Record<string, unknown> = { r: 8 }) => {
      try {
        readPlan({ ...plan, recipe: { model: 'm', tuning }, ...change });
        return [];
      } catch (error) {
        return (error as { problems: { field: string }[] }).problems.map(({ field }) => field);
      }
    };
    expect(wrong({})).toEqual([]);
    expect(wrong({ strategy: 'ffa', ranks: { berlin: 9 } })).toEqual(['ranks', 'ranks.berlin']);
    expect(wrong({}, { use_rslora: true, init_lora_weights: 'pissa', rank_pattern: { q: 2 } })).toEqual([
      'recipe.tuning.r',
      'recipe.tuning.rank_pattern',
      'recipe.tuning.use_rslora',
      'recipe.tuning.init_lora_weights',
    ]);
    expect(wrong({}, { r: 8, use_rslora: false, init_lora_weights: true })).toEqual([]);
  });
});
