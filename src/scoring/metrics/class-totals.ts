// K classes, R rows.
import { comparedSets, refuseSets, type ComparedSets } from './compared.ts';
import { rowMetric, RowValues, type Metric, type MetricOptions } from './metric.ts';

/**
 * Totals for metrics on predicted classes; a row may have any number of them. Classes that are true or predicted at
 * least once, in alphabetical order.
 */
export interface ClassTotals {
  labels: readonly string[];
  rows: number;
  /** For each class: its rows, its predictions, and the right ones. [K] */
  support: Float64Array;
  chosen: Float64Array;
  right: Float64Array;
  /** Whether any row has the class, including rows outside the selection. [K] */
  isTrue: Uint8Array;
  /** Whether rows may have several classes, or none. */
  areSets: boolean;
}

/** Rows of varying numbers of values, concatenated. */
class RaggedRows {
  readonly #values = new RowValues();
  readonly #ends = new RowValues();

  push(values: readonly number[]): void {
    for (const value of values) this.#values.push(value);
    this.#ends.push(this.#values.count);
  }

  get rows(): number {
    return this.#ends.count;
  }

  /** Returns a function that reads a row's values. */
  reader(): (row: number) => Float64Array {
    const [values, ends] = [this.#values.view, this.#ends.view];
    return (row) => values.subarray(row === 0 ? 0 : ends[row - 1], ends[row]);
  }
}

/** True and predicted classes of each row, as codes in order of first appearance. */
export class ChosenClasses {
  readonly #codes = new Map<string, number>();
  readonly #truth = new RaggedRows();
  readonly #choice = new RaggedRows();
  #areSets = false;

  add({ reference, predicted }: ComparedSets, isSet: boolean): void {
    this.#areSets ||= isSet;
    this.#truth.push(reference.map((label) => this.#codeOf(label)));
    this.#choice.push(predicted.map((label) => this.#codeOf(label)));
  }

  /** Returns a function that computes the totals of rows; it reuses its arrays. */
  totalsOf(): (indices?: Uint32Array) => ClassTotals {
    const [truth, choice, areSets] = [this.#truth.reader(), this.#choice.reader(), this.#areSets];
    const count = this.#truth.rows;
    const labels = [...this.#codes.keys()].sort();
    const place = new Map(labels.map((label, i) => [label, i] as const));
    const placeOf = Uint32Array.from(this.#codes.keys(), (label) => place.get(label)!);
    const [support, chosen, right] = [0, 1, 2].map(() => new Float64Array(labels.length));
    const isTrue = new Uint8Array(labels.length);
    for (let row = 0; row < count; row++) for (const code of truth(row)) isTrue[placeOf[code]] = 1;
    return (indices) => {
      for (const counts of [support, chosen, right]) counts.fill(0);
      const rows = indices?.length ?? count;
      for (let i = 0; i < rows; i++) {
        const row = indices === undefined ? i : indices[i];
        const [are, said] = [truth(row), choice(row)];
        for (const code of are) support[placeOf[code]]++;
        for (const code of said) chosen[placeOf[code]]++;
        for (const code of said) if (are.includes(code)) right[placeOf[code]]++;
      }
      return { labels, rows, support, chosen, right, isTrue, areSets };
    };
  }

  /** Confusion table by true, then predicted class; for rows with one class each. */
  table(): Record<string, Record<string, number>> {
    const labels = [...this.#codes.keys()];
    // Maps: a class may be called "__proto__".
    const table = new Map<string, Map<string, number>>();
    const [truth, choice] = [this.#truth.reader(), this.#choice.reader()];
    for (let row = 0; row < this.#truth.rows; row++) {
      const [is, said] = [labels[truth(row)[0]], labels[choice(row)[0]]];
      const counts = table.get(is) ?? new Map<string, number>();
      table.set(is, counts.set(said, (counts.get(said) ?? 0) + 1));
    }
    return Object.fromEntries([...table].map(([label, counts]) => [label, Object.fromEntries(counts)]));
  }

  #codeOf(label: string): number {
    const code = this.#codes.get(label) ?? this.#codes.size;
    this.#codes.set(label, code);
    return code;
  }
}

interface ClassMetricOptions extends MetricOptions {
  details?: (totals: ClassTotals, chosen: ChosenClasses) => object;
  /** Only for rows with one class each. */
  isSingle?: boolean;
}

/**
 * A metric of predicted classes: per row 1 or 0, for multi-label rows F1; the value is computed from the totals of all
 * rows.
 */
export function classMetric(
  value: (totals: ClassTotals) => number,
  { details, isSingle = false, ...options }: ClassMetricOptions = {},
): Metric {
  const classes = new ChosenClasses();
  return rowMetric(
    (prediction, example) => {
      if (isSingle) refuseSets(example);
      const sets = comparedSets(prediction, example, options);
      classes.add(sets, example.kind === 'multilabel');
      return setF1(sets);
    },
    () => {
      const totals = classes.totalsOf()();
      return { value: value(totals), details: { rows: totals.rows, ...details?.(totals, classes) } };
    },
    () => {
      const totalsOf = classes.totalsOf();
      return (indices) => value(totalsOf(indices));
    },
  );
}

/** F1 of one row; two empty sets count as equal. */
function setF1({ predicted, reference }: ComparedSets): number {
  const size = predicted.length + reference.length;
  return size === 0 ? 1 : (2 * predicted.filter((label) => reference.includes(label)).length) / size;
}
