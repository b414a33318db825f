/** Row lengths of a data set in tokens; serves as an event's LengthSummary. */
export interface LengthReport {
  rows: number;
  tokens: number;
  min: number;
  median: number;
  p95: number;
  max: number;
  /** Rows with more tokens than `maxLength`. */
  overLength: number;
  maxLength?: number;
  /** Numbers of rows with at least `from` and fewer than `to` tokens; contiguous and in order. */
  histogram: { from: number; to: number; rows: number }[];
}

const MAX_BUCKETS = 20;

/** Numbers of rows by length, for any number of rows. */
export class LengthTally {
  readonly #rows = new Map<number, number>();

  add(length: number): void {
    this.#rows.set(length, (this.#rows.get(length) ?? 0) + 1);
  }

  /** Length statistics. Percentiles are observed values (nearest rank). */
  report(maxLength?: number): LengthReport {
    const sorted = [...this.#rows].toSorted(([a], [b]) => a - b);
    const total = (of: (length: number) => number): number =>
      sorted.reduce((sum, [length, rows]) => sum + rows * of(length), 0);
    const rows = total(() => 1);
    const rank = (share: number): number => {
      let left = Math.max(1, Math.ceil(share * rows));
      return sorted.find(([, count]) => (left -= count) <= 0)?.[0] ?? 0;
    };
    return {
      rows,
      tokens: total((length) => length),
      min: rank(0),
      median: rank(0.5),
      p95: rank(0.95),
      max: rank(1),
      overLength: maxLength === undefined ? 0 : total((length) => Number(length > maxLength)),
      ...(maxLength !== undefined && { maxLength }),
      histogram: histogramOf(sorted),
    };
  }
}

export function reportLengths(lengths: Iterable<number>, maxLength?: number): LengthReport {
  const tally = new LengthTally();
  for (const length of lengths) tally.add(length);
  return tally.report(maxLength);
}

/** At most 20 equal bins with the smallest round width: 1, 2 or 5 times a power of ten. */
function histogramOf(sorted: readonly [length: number, rows: number][]): LengthReport['histogram'] {
  if (sorted.length === 0) return [];
  const [least, most] = [sorted[0][0], sorted[sorted.length - 1][0]];
  const width = bucketWidth(least, most);
  const start = Math.floor(least / width) * width;
  const buckets: LengthReport['histogram'] = [];
  for (let from = start; from <= most; from += width) buckets.push({ from, to: from + width, rows: 0 });
  for (const [length, rows] of sorted) buckets[Math.floor((length - start) / width)].rows += rows;
  return buckets;
}

function bucketWidth(least: number, most: number): number {
  for (let power = 1; ; power *= 10) {
    for (const width of [power, 2 * power, 5 * power]) {
      if (Math.floor(most / width) - Math.floor(least / width) < MAX_BUCKETS) return width;
    }
  }
}
