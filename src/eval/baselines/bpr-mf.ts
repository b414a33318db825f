// R rows of the training data, V items, F factors
import { randomUnits } from '../../base/random.ts';
import { itemCounts, itemPredictor, itemsOf } from '../recommend.ts';
import type { Baseline } from './baseline.ts';

const FACTORS = 32;
const RATE = 0.05;
const PENALTY = 0.005;
/** Draws for each interaction of the training rows, and for each item of a row that is answered. */
const PASSES = 30;
const SEED = 42;

/**
 * Matrix factorisation by Bayesian personalised ranking (Rendle et al., 2009): stochastic steps on drawn triples of a row,
 * an item that it has and one that it has not. Rows that are answered get their factors in the same way from what they
 * have, with the items' held fixed; so users that were not trained on are answered too.
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

/** Numbers near 0 by key. */
function startVector(purpose: string): Float64Array {
  const draw = randomUnits([SEED, `bpr ${purpose}`]);
  return Float64Array.from({ length: FACTORS }, (_, f) => 0.2 * (draw(f) - 0.5));
}

class Factors {
  readonly #items: Float64Array[];
  /** How much everybody likes an item. [V] */
  readonly #biases: Float64Array;

  constructor(items: number) {
    this.#items = Array.from({ length: items }, (_, item) => startVector(`item ${item}`));
    this.#biases = new Float64Array(items);
  }

  /** Moves a row towards an item that it has and away from one that it has not. */
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

  /** Factors of a row that has these items. [F] */
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
