import { kindOf, type Example } from './kinds/index.ts';
import { numberOf } from './label-counts.ts';

/** Number of equally populated ranges for numeric targets. */
const RANGES = 10;
/** Answers count as classes if there are at least this many rows per distinct answer on average. */
const ROWS_PER_CLASS = 5;

/**
 * The stratum of each row, so that every split gets its share of each: the row's class, its rarest label, or the range
 * of its number. Undefined for rows without any of these.
 */
export function strataOf(rows: readonly Example[]): Uint32Array | undefined {
  const keys = numberRanges(rows) ?? classKeys(rows);
  if (keys === undefined) return undefined;
  const names = [...new Set(keys)].toSorted();
  const places = new Map(names.map((name, place) => [name, place]));
  return Uint32Array.from(keys, (key) => places.get(key)!);
}

/** Includes the kind, since a file may contain rows of several. */
function classKeys(rows: readonly Example[]): string[] | undefined {
  const labels = rows.map((row) => ({ row, label: kindOf(row).label }));
  const labelCounts = countAll(labels.flatMap(({ row, label }) => (label?.type === 'classes' ? label.of(row) : [])));
  const rarest = (some: readonly string[]) =>
    some.toSorted((a, b) => labelCounts.get(a)! - labelCounts.get(b)! || (a < b ? -1 : 1)).at(0);
  const keys = labels.map(({ row, label }) => {
    if (label?.type === 'class' || label?.type === 'answer') return `${label.type} ${label.of(row)}`;
    return label?.type === 'classes' ? `label ${rarest(label.of(row)) ?? ''}` : '';
  });
  const distinct = new Set(keys).size;
  if (distinct < 2) return undefined;
  const areAnswers = labels.some(({ label }) => label?.type === 'answer');
  return areAnswers && distinct > rows.length / ROWS_PER_CLASS ? undefined : keys;
}

function countAll(labels: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const label of labels) counts.set(label, (counts.get(label) ?? 0) + 1);
  return counts;
}

/** Equal numbers fall into the same range. */
function numberRanges(rows: readonly Example[]): string[] | undefined {
  const values = rows.map((row) => numberOf(row) ?? Number.NaN);
  if (values.some(Number.isNaN)) return undefined;
  const sorted = Float64Array.from(values).sort();
  const bounds = Array.from({ length: RANGES - 1 }, (_, i) => sorted[Math.floor(((i + 1) * sorted.length) / RANGES)]);
  return values.map((value) => `range ${bounds.filter((bound) => value >= bound).length}`);
}
