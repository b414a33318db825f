import { kindOf, type Example } from './kinds/index.ts';

/** A class with its number of rows. */
export interface LabelCount {
  label: string;
  rows: number;
  /** Share of all rows. */
  share: number;
}

export interface NumberBucket {
  from: number;
  to: number;
  rows: number;
}

/** Labels of the rows: classes with counts, most frequent first; or numbers with their range. */
export type LabelReport =
  | {
      kind: 'classes';
      rows: number;
      labels: LabelCount[];
      /** Classes with too few rows to learn from. */
      rare: string[];
      /** Rows without labels, for multi-label rows. */
      without?: number;
    }
  | {
      kind: 'numbers';
      rows: number;
      min: number;
      mean: number;
      median: number;
      max: number;
      histogram: NumberBucket[];
    };

/** A class with fewer rows has at most one to be evaluated on. */
export const FEW_ROWS = 10;

/** Label statistics; undefined for rows without labels. */
export function countLabels(examples: readonly Example[]): LabelReport | undefined {
  const type = examples.length === 0 ? undefined : kindOf(examples[0]).label?.type;
  if (type === 'class' || type === 'classes') return countClasses(examples);
  return type === 'number' ? describeNumbers(examples.flatMap((row) => numberOf(row) ?? [])) : undefined;
}

/** The target number of a row; undefined for other kinds. */
export function numberOf(row: Example): number | undefined {
  const { label } = kindOf(row);
  return label?.type === 'number' ? label.of(row) : undefined;
}

/** A row's classes, if it is labelled as a whole. */
function classesOf(row: Example): readonly string[] {
  const { label } = kindOf(row);
  if (label?.type === 'class') return [label.of(row)];
  return label?.type === 'classes' ? label.of(row) : [];
}

function countClasses(examples: readonly Example[]): LabelReport {
  const counts = new Map<string, number>();
  let without = 0;
  for (const row of examples) {
    const labels = classesOf(row);
    if (labels.length === 0) without++;
    for (const label of labels) counts.set(label, (counts.get(label) ?? 0) + 1);
  }
  const labels = [...counts]
    .map(([label, rows]) => ({ label, rows, share: rows / examples.length }))
    .toSorted((a, b) => b.rows - a.rows || (a.label < b.label ? -1 : 1));
  const rare = labels.filter(({ rows }) => rows < FEW_ROWS).map(({ label }) => label);
  const some = kindOf(examples[0]).label?.type === 'classes' && { without };
  return { kind: 'classes', rows: examples.length, labels, rare, ...some };
}

function describeNumbers(values: readonly number[]): LabelReport {
  const sorted = Float64Array.from(values).sort();
  const { length } = sorted;
  const middle = Math.floor(length / 2);
  return {
    kind: 'numbers',
    rows: length,
    min: sorted[0],
    mean: sorted.reduce((sum, value) => sum + value / length, 0),
    median: length % 2 === 1 ? sorted[middle] : sorted[middle - 1] / 2 + sorted[middle] / 2,
    max: sorted[length - 1],
    histogram: bucketsOf(sorted),
  };
}

const BUCKETS = 10;

/** Equal bins of a round width: 1, 2 or 5 times a power of ten. */
function bucketsOf(sorted: Float64Array): NumberBucket[] {
  const [least, most] = [sorted[0], sorted[sorted.length - 1]];
  if (least === most || !Number.isFinite(most - least)) return [{ from: least, to: most, rows: sorted.length }];
  const power = 10 ** Math.floor(Math.log10((most - least) / BUCKETS));
  const width = [1, 2, 5, 10].map((factor) => factor * power).find((step) => (most - least) / step < BUCKETS)!;
  const first = Math.floor(least / width);
  const buckets = Array.from({ length: Math.floor(most / width) - first + 1 }, (_, i) => ({
    from: rounded((first + i) * width),
    to: rounded((first + i + 1) * width),
    rows: 0,
  }));
  for (const value of sorted) buckets[Math.min(buckets.length - 1, Math.floor(value / width) - first)].rows++;
  return buckets;
}

/** Removes floating-point noise from bin edges. */
function rounded(value: number): number {
  return Number(value.toPrecision(12));
}
