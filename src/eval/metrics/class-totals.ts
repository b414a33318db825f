// K classes, R rows.
import { comparedLabels } from './compared.ts';
import { rowMetric, RowValues, type Metric, type MetricOptions } from './metric.ts';

/** What every metric of chosen classes is computed from. Classes in alphabetical order, true or chosen at least once. */
export interface ClassTotals {
  labels: readonly string[];
  rows: number;
  /** Per class: rows of it, rows it was chosen for, and both. [K] */
  support: Float64Array;
  chosen: Float64Array;
  right: Float64Array;
  /** Whether any row is of the class, also one that is left out here. [K] */
  isTrue: Uint8Array;
}

/** True and chosen class of each row, as numbers in the order of their first appearance. */
export class ChosenClasses {
  readonly #codes = new Map<string, number>();
  readonly #truth = new RowValues();
  readonly #choice = new RowValues();

  add(truth: string, choice: string): void {
    this.#truth.push(this.#codeOf(truth));
    this.#choice.push(this.#codeOf(choice));
  }

  /** A function from rows to their totals; it reuses its arrays. */
  totalsOf(): (indices?: Uint32Array) => ClassTotals {
    const [truth, choice] = [this.#truth.view, this.#choice.view];
    const labels = [...this.#codes.keys()].sort();
    const place = new Map(labels.map((label, i) => [label, i] as const));
    const placeOf = Uint32Array.from(this.#codes.keys(), (label) => place.get(label)!);
    const [support, chosen, right] = [0, 1, 2].map(() => new Float64Array(labels.length));
    const isTrue = new Uint8Array(labels.length);
    for (const code of truth) isTrue[placeOf[code]] = 1;
    return (indices) => {
      for (const counts of [support, chosen, right]) counts.fill(0);
      const rows = indices?.length ?? truth.length;
      for (let i = 0; i < rows; i++) {
        const row = indices === undefined ? i : indices[i];
        const [is, said] = [placeOf[truth[row]], placeOf[choice[row]]];
        support[is]++;
        chosen[said]++;
        if (is === said) right[is]++;
      }
      return { labels, rows, support, chosen, right, isTrue };
    };
  }

  /** Rows by true class, then by chosen class. */
  table(): Record<string, Record<string, number>> {
    const labels = [...this.#codes.keys()];
    // Maps: a class may be called "__proto__".
    const table = new Map<string, Map<string, number>>();
    for (const [row, code] of this.#truth.view.entries()) {
      const counts = table.get(labels[code]) ?? new Map<string, number>();
      const said = labels[this.#choice.view[row]];
      table.set(labels[code], counts.set(said, (counts.get(said) ?? 0) + 1));
    }
    return Object.fromEntries([...table].map(([label, counts]) => [label, Object.fromEntries(counts)]));
  }

  #codeOf(label: string): number {
    const code = this.#codes.get(label) ?? this.#codes.size;
    this.#codes.set(label, code);
    return code;
  }
}

/** A metric of chosen classes: 1 or 0 per row, the value from the totals of all. */
export function classMetric(
  value: (totals: ClassTotals) => number,
  { details, ...options }: MetricOptions & { details?: (totals: ClassTotals, chosen: ChosenClasses) => object } = {},
): Metric {
  const classes = new ChosenClasses();
  return rowMetric(
    (prediction, example) => {
      const { predicted, reference } = comparedLabels(prediction, example, options);
      classes.add(reference, predicted);
      return predicted === reference ? 1 : 0;
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
