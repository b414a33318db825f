/** The results of a comparison as a table of docs/results.md. */
import type { ComparedValue, Comparison, Difference } from '../src/store/results.ts';
import type { Table } from './example.ts';

/** A figure as text; the interval may be missing. */
export type Digits = (value: number | null | undefined) => string;

export const decimals =
  (places: number): Digits =>
  (value) =>
    value?.toFixed(places) ?? '—';

export const SIGNS = { better: '▲', worse: '▼', 'no-evidence': '·' };

/** "0.691 (0.666 to 0.716)" */
export function shownValue({ value, low, high }: ComparedValue, digits: Digits): string {
  return `${digits(value)} (${digits(low)} to ${digits(high)})`;
}

/** "▲ 0.142 (0.124 to 0.162)" against a system, by a metric; empty if there is no such difference. */
export function shownDifference(
  differences: readonly Difference[],
  { metric, against }: Pick<Difference, 'metric' | 'against'>,
  digits: Digits,
): string {
  const found = differences.find((one) => one.metric === metric && one.against === against);
  if (found === undefined) return '';
  return `${SIGNS[found.verdict]} ${digits(found.estimate)} (${digits(found.low)} to ${digits(found.high)})`;
}

interface Shape {
  caption: string;
  /** Titles of the systems, in the comparison's order. */
  titles: readonly string[];
  /** Metrics by name, with the titles of their columns. */
  metrics: Readonly<Record<string, string>>;
  digits: Digits;
}

/** One row per system: each metric, and by how much the first system is better. */
export function comparisonTable({ systems, differences }: Comparison, shape: Shape): Table {
  const { caption, titles, metrics, digits } = shape;
  return {
    caption,
    head: ['system', ...Object.values(metrics).flatMap((title) => [title, 'tuned is better by'])],
    rows: systems.map(({ name, values }, i) => [
      titles[i],
      ...Object.keys(metrics).flatMap((metric) => [
        shownValue(values[metric], digits),
        shownDifference(differences, { metric, against: name }, digits),
      ]),
    ]),
  };
}
