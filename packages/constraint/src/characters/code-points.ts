/** Sets of Unicode scalar values: sorted, disjoint, inclusive ranges in one flat list, `[low, high, low, high, …]`. */
export type CodePoints = readonly number[];

/** Every scalar value. Surrogates are excluded: UTF-8 cannot encode them. */
export const anyCodePoint: CodePoints = [0, 0xd7ff, 0xe000, 0x10ffff];

/** A set from ranges, which may be unordered and overlap; surrogates are left out. */
export function codePoints(ranges: readonly (readonly [low: number, high: number])[]): CodePoints {
  const merged: number[] = [];
  for (const [low, high] of ranges.toSorted((a, b) => a[0] - b[0])) {
    if (merged.length > 0 && low <= merged[merged.length - 1] + 1)
      merged[merged.length - 1] = Math.max(merged[merged.length - 1], high);
    else merged.push(low, high);
  }
  return intersect(merged, anyCodePoint);
}

export function* rangesOf(set: CodePoints): Generator<[low: number, high: number]> {
  for (let i = 0; i < set.length; i += 2) yield [set[i], set[i + 1]];
}

export function unite(a: CodePoints, b: CodePoints): CodePoints {
  return codePoints([...rangesOf(a), ...rangesOf(b)]);
}

export function intersect(a: CodePoints, b: CodePoints): CodePoints {
  const result: number[] = [];
  for (let i = 0, j = 0; i < a.length && j < b.length;) {
    const low = Math.max(a[i], b[j]);
    const high = Math.min(a[i + 1], b[j + 1]);
    if (low <= high) result.push(low, high);
    if (a[i + 1] < b[j + 1]) i += 2;
    else j += 2;
  }
  return result;
}

/** All scalar values that are not in the set. */
export function negate(set: CodePoints): CodePoints {
  const gaps: number[] = [];
  let next = 0;
  for (const [low, high] of rangesOf(set)) {
    if (low > next) gaps.push(next, low - 1);
    next = high + 1;
  }
  if (next <= 0x10ffff) gaps.push(next, 0x10ffff);
  return intersect(gaps, anyCodePoint);
}

export function includes(set: CodePoints, point: number): boolean {
  let low = 0;
  let high = set.length / 2;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (set[2 * middle + 1] < point) low = middle + 1;
    else high = middle;
  }
  return 2 * low < set.length && set[2 * low] <= point;
}
