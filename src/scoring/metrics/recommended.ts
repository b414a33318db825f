// R rows, V items in a row or recommended
import type { Example } from '../../data/example.ts';
import type { Prediction } from '../predictor.ts';
import { historyOf } from '../../data/kinds/items.ts';
import { type Metric, type MetricDefinition, type MetricOptions, missingInput, noRows } from './metric.ts';

const K = 10;

/** A row as item indices: its recommendations, and its history. */
interface RecommendedRow {
  items: Int32Array;
  history: Int32Array;
}

/** Number of rows whose history contains each item, as its popularity. [V] */
class Popularity {
  readonly counts: Float64Array;
  readonly rows: number;

  constructor(rows: readonly RecommendedRow[], indices: ArrayLike<number>, items: number) {
    this.counts = new Float64Array(items);
    this.rows = indices.length;
    for (let i = 0; i < indices.length; i++) {
      const { history } = rows[indices[i]];
      // Runs for every resample: an iterator would take three times as long.
      for (let h = 0; h < history.length; h++) this.counts[history[h]]++;
    }
  }

  /** Share of rows with each item; an item without rows counts as half a row. [V] */
  shares(): Float64Array {
    return this.counts.map((count) => Math.max(count, 0.5) / this.rows);
  }
}

function meanOf(items: Int32Array, values: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < items.length; i++) sum += values[items[i]];
  return sum / items.length;
}

/** Value of a selection of rows. */
type Value = (rows: readonly RecommendedRow[], indices: ArrayLike<number>, popularity: Popularity) => number;

/** A metric of the first k recommended items (default 10) that needs the popularity of items over all rows. */
function recommendedMetric(
  about: Pick<MetricDefinition, 'name' | 'title' | 'better' | 'best' | 'isProperty'>,
  value: Value,
): MetricDefinition {
  return { ...about, reads: 'items', options: ['k'], create: (options) => new RecommendedItems(value, options) };
}

class RecommendedItems implements Metric {
  readonly #value: Value;
  readonly #k: number;
  readonly #placeOf = new Map<string, number>();
  readonly #rows: RecommendedRow[] = [];

  constructor(value: Value, { k = K }: MetricOptions = {}) {
    this.#value = value;
    this.#k = k;
  }

  add(prediction: Prediction, example: Example): number {
    const { ranking } = prediction;
    if (ranking === undefined) {
      throw missingInput(prediction, 'items ranked by how likely they come next', 'a ranking', {
        fix: 'use it with a recommendation model, or with popularity, item_knn or bpr_mf',
      });
    }
    const items = this.#places(ranking.slice(0, this.#k));
    this.#rows.push({ items, history: this.#places([...new Set(historyOf(example))]) });
    return Number.NaN;
  }

  #places(items: readonly string[]): Int32Array {
    return Int32Array.from(items, (item) => {
      const place = this.#placeOf.get(item) ?? this.#placeOf.size;
      this.#placeOf.set(item, place);
      return place;
    });
  }

  result() {
    if (this.#rows.length === 0) throw noRows();
    return { value: this.statistic()(Uint32Array.from(this.#rows.keys())), details: { rows: this.#rows.length } };
  }

  /** Each row's own value, using the popularity over all rows. */
  get rows(): Float64Array {
    const popularity = this.#popularity(Uint32Array.from(this.#rows.keys()));
    return Float64Array.from(this.#rows.keys(), (row) => this.#value(this.#rows, [row], popularity));
  }

  statistic() {
    return (indices: ArrayLike<number>) => this.#value(this.#rows, indices, this.#popularity(indices));
  }

  #popularity(indices: ArrayLike<number>): Popularity {
    return new Popularity(this.#rows, indices, this.#placeOf.size);
  }
}

/** Mean over rows; NaN rows are skipped. */
function meanOver(indices: ArrayLike<number>, valueOf: (row: number) => number): number {
  let [sum, count] = [0, 0];
  for (let i = 0; i < indices.length; i++) {
    const value = valueOf(indices[i]);
    if (Number.isNaN(value)) continue;
    sum += value;
    count++;
  }
  return sum / count;
}

/**
 * Share of items that are recommended to at least one row. The items are those in the rows' histories and the
 * recommended ones; so it grows with the number of rows, and its interval is biased slightly downwards.
 */
export const coverage = recommendedMetric(
  { name: 'coverage', title: 'coverage of items', better: 'higher', best: 1 },
  (rows, indices, { counts }) => {
    const isCovered = new Uint8Array(counts.length);
    for (let i = 0; i < indices.length; i++) {
      const { items } = rows[indices[i]];
      for (let k = 0; k < items.length; k++) isCovered[items[k]] = 1;
    }
    let [covered, known] = [0, 0];
    for (let item = 0; item < isCovered.length; item++) {
      covered += isCovered[item];
      if (isCovered[item] === 1 || counts[item] > 0) known++;
    }
    return covered / known;
  },
);

/**
 * Mean self-information of recommended items in bits: -log2 of the share of rows that have them (Zhou et al., 2010).
 * Random items score highest.
 */
export const novelty = recommendedMetric(
  { name: 'novelty', title: 'novelty (bits)', better: 'higher', isProperty: true },
  (rows, indices, popularity) => {
    const information = popularity.shares().map((share) => -Math.log2(share));
    return meanOver(indices, (row) => meanOf(rows[row].items, information));
  },
);

/**
 * How much more popular recommended items are than those in the history: the difference of their mean shares of rows. 0
 * if recommendations are as popular as people's choices; rows without a history do not count. More is not worse, and
 * less is not better: random items have the least.
 */
export const popularityBias = recommendedMetric(
  { name: 'popularity_bias', title: 'popularity bias', better: 'lower', isProperty: true },
  (rows, indices, popularity) => {
    const shares = popularity.shares();
    return meanOver(indices, (row) => meanOf(rows[row].items, shares) - meanOf(rows[row].history, shares));
  },
);
