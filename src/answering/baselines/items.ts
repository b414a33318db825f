// R rows of the training data, V items, F factors
import { randomUnits } from '../../base/random.ts';
import type { Example } from '../../data/example.ts';
import { historyOf } from '../../data/kinds/items.ts';
import { KEPT } from '../../scoring/collection.ts';
import { type Predictor, rowPredictor } from '../../scoring/predictor.ts';
import type { Baseline } from './baseline.ts';

/**
 * Names of the highest-scoring items that are not excluded, best first; ties keep their order. Indices without a name
 * are not items.
 */
export function best(
  scores: ArrayLike<number>,
  names: readonly (string | undefined)[],
  excluded: ReadonlySet<string>,
  count = KEPT,
): string[] {
  const places: number[] = [];
  for (const [place, name] of names.entries()) if (name !== undefined && !excluded.has(name)) places.push(place);
  places.sort((a, b) => scores[b] - scores[a] || a - b);
  return places.slice(0, count).map((place) => names[place]!);
}

/** Counts rows whose target item already occurs in their history: without repeats such items are never recommended. */
export function repeatedRows(examples: readonly Example[]): number {
  return examples.filter((example) => example.kind === 'items' && historyOf(example).includes(example.items.at(-1)!))
    .length;
}

/** All items of the rows and the number of rows that contain each. */
function itemCounts(histories: Iterable<readonly string[]>): { names: string[]; counts: Float64Array } {
  const found = new Map<string, number>();
  for (const items of histories) for (const item of new Set(items)) found.set(item, (found.get(item) ?? 0) + 1);
  const names = [...found.keys()].toSorted();
  return { names, counts: Float64Array.from(names, (name) => found.get(name)!) };
}

/** Item lists of the rows that have one. */
export function itemsOf(train: readonly Example[]): (readonly string[])[] {
  return train.flatMap((example) => (example.kind === 'items' ? [example.items] : []));
}

/** A predictor from item scores given a history. Items of the history are excluded unless repeats are wanted. */
function itemPredictor(
  name: string,
  names: readonly string[],
  scoresOf: (history: readonly string[], example: Example) => ArrayLike<number>,
): Predictor {
  return rowPredictor(name, (example, options) => {
    const history = historyOf(example);
    const ranking = best(scoresOf(history, example), names, new Set(options?.keepSeen === true ? [] : history));
    return { text: ranking[0] ?? '', ranking };
  });
}

/** Recommends the items that most training rows contain. */
export const popularity: Baseline = {
  name: 'popularity',
  title: 'most popular items',
  forms: ['items'],
  unfit: () => undefined,
  async fit(train) {
    const { names, counts } = itemCounts(itemsOf(train));
    return itemPredictor('popularity', names, () => counts);
  },
};

/**
 * Recommends items that occur together with the row's items: the sum of their cosines over the training rows
 * (item-based nearest neighbours, Sarwar et al., 2001). Ties go to the more popular item.
 */
export const itemKnn: Baseline = {
  name: 'item_knn',
  title: 'items chosen together',
  forms: ['items'],
  unfit: () => undefined,
  async fit(train, options) {
    const rows = itemsOf(train);
    const { names, counts } = itemCounts(rows);
    const placeOf = new Map(names.map((name, place) => [name, place]));
    const together = names.map(() => new Map<number, number>());
    for (const items of rows) {
      options?.signal?.throwIfAborted();
      const places = [...new Set(items)].map((item) => placeOf.get(item)!);
      for (const a of places) for (const b of places) if (a !== b) together[a].set(b, (together[a].get(b) ?? 0) + 1);
    }
    return itemPredictor('item_knn', names, (history) => {
      const scores = counts.map((count) => count * 1e-12);
      for (const item of new Set(history)) {
        const a = placeOf.get(item);
        if (a === undefined) continue;
        for (const [b, count] of together[a]) scores[b] += count / Math.sqrt(counts[a] * counts[b]);
      }
      return scores;
    });
  },
};

const FACTORS = 32;
const RATE = 0.05;
const PENALTY = 0.005;
/** Passes over the interactions of the training rows, and over the items of each row at prediction. */
const PASSES = 30;
const SEED = 42;

/**
 * Matrix factorisation by Bayesian personalised ranking (Rendle et al., 2009): stochastic gradient steps on sampled
 * triples of a row, an item that it contains and one that it does not. At prediction a row's factors are fitted to its
 * items in the same way with the item factors frozen, so new users work too.
 */
export const bprMf: Baseline = {
  name: 'bpr_mf',
  title: 'matrix factorisation (BPR)',
  forms: ['items'],
  unfit: (train) => (itemCounts(itemsOf(train)).names.length < 2 ? 'there is only one item' : undefined),
  async fit(train, options) {
    const rows = itemsOf(train);
    const { names } = itemCounts(rows);
    const placeOf = new Map(names.map((name, place) => [name, place]));
    const placesOf = (items: readonly string[]) =>
      [...new Set(items)].flatMap((item) => (placeOf.has(item) ? [placeOf.get(item)!] : []));
    const model = new Factors(names.length);
    const had = rows.map(placesOf);
    const places = had.flatMap((items, row) => items.map((item) => ({ row, item })));
    const owns = had.map((items) => new Set(items));
    const users = had.map((_, row) => startVector(`row ${row}`));
    const draw = randomUnits([SEED, 'bpr']);
    for (let step = 0, at = 0; step < PASSES * places.length; step++) {
      if (step % 10_000 === 0) options?.signal?.throwIfAborted();
      const { row, item } = places[Math.floor(draw(at++) * places.length)];
      const other = Math.floor(draw(at++) * names.length);
      if (!owns[row].has(other)) model.step(users[row], item, other, { movesItems: true });
    }
    return itemPredictor('bpr_mf', names, (history, { id }) => model.scores(model.fold(placesOf(history), id)));
  },
};

/** Small random initial factors, seeded by `purpose`. */
function startVector(purpose: string): Float64Array {
  const draw = randomUnits([SEED, `bpr ${purpose}`]);
  return Float64Array.from({ length: FACTORS }, (_, f) => 0.2 * (draw(f) - 0.5));
}

class Factors {
  readonly #items: Float64Array[];
  /** Item biases: general popularity. [V] */
  readonly #biases: Float64Array;

  constructor(items: number) {
    this.#items = Array.from({ length: items }, (_, item) => startVector(`item ${item}`));
    this.#biases = new Float64Array(items);
  }

  /** Moves a row's factors towards an item that it contains and away from one that it does not. */
  step(user: Float64Array, item: number, other: number, { movesItems }: { movesItems: boolean }): void {
    const [a, b] = [this.#items[item], this.#items[other]];
    let margin = this.#biases[item] - this.#biases[other];
    for (let f = 0; f < FACTORS; f++) margin += user[f] * (a[f] - b[f]);
    const pull = 1 / (1 + Math.exp(margin));
    for (let f = 0; f < FACTORS; f++) {
      const [u, difference] = [user[f], a[f] - b[f]];
      user[f] += RATE * (pull * difference - PENALTY * u);
      if (!movesItems) continue;
      a[f] += RATE * (pull * u - PENALTY * a[f]);
      b[f] += RATE * (-pull * u - PENALTY * b[f]);
    }
    if (!movesItems) return;
    this.#biases[item] += RATE * (pull - PENALTY * this.#biases[item]);
    this.#biases[other] += RATE * (-pull - PENALTY * this.#biases[other]);
  }

  /** Fits factors to a row with these items. [F] */
  fold(items: readonly number[], id: string): Float64Array {
    const user = startVector(id);
    const own = new Set(items);
    const draw = randomUnits([SEED, `bpr fold ${id}`]);
    for (let step = 0; step < PASSES * items.length; step++) {
      const other = Math.floor(draw(step) * this.#items.length);
      if (!own.has(other)) this.step(user, items[step % items.length], other, { movesItems: false });
    }
    return user;
  }

  /** [V] */
  scores(user: Float64Array): Float64Array {
    return this.#biases.map((bias, item) => {
      const factors = this.#items[item];
      let score = bias;
      for (let f = 0; f < FACTORS; f++) score += user[f] * factors[f];
      return score;
    });
  }
}
