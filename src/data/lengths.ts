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

/** Length statistics. Percentiles are observed values (nearest rank). */
export function reportLengths(lengths: ArrayLike<number>, maxLength?: number): LengthReport {
  const sorted = Float64Array.from(lengths).sort();
  const rows = sorted.length;
  const rank = (share: number): number => (rows === 0 ? 0 : sorted[Math.max(0, Math.ceil(share * rows) - 1)]);
  return {
    rows,
    tokens: sorted.reduce((total, length) => total + length, 0),
    min: rank(0),
    median: rank(0.5),
    p95: rank(0.95),
    max: rank(1),
    overLength: maxLength === undefined ? 0 : sorted.reduce((count, length) => count + Number(length > maxLength), 0),
    ...(maxLength !== undefined && { maxLength }),
    histogram: histogramOf(sorted),
  };
}

/** At most 20 equal bins with the smallest round width: 1, 2 or 5 times a power of ten. */
function histogramOf(sorted: Float64Array): LengthReport['histogram'] {
  if (sorted.length === 0) return [];
  const [least, most] = [sorted[0], sorted[sorted.length - 1]];
  const width = bucketWidth(least, most);
  const start = Math.floor(least / width) * width;
  const buckets: LengthReport['histogram'] = [];
  for (let from = start; from <= most; from += width) buckets.push({ from, to: from + width, rows: 0 });
  for (const length of sorted) buckets[Math.floor((length - start) / width)].rows++;
  return buckets;
}

function bucketWidth(least: number, most: number): number {
  for (let power = 1; ; power *= 10) {
    for (const width of [power, 2 * power, 5 * power]) {
      if (Math.floor(most / width) - Math.floor(least / width) < MAX_BUCKETS) return width;
    }
  }
}
