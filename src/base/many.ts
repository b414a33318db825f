/**
 * Replacements for `Math.max(...values)` and `push(...values)`, which fail with "Maximum call stack size exceeded"
 * for more than some 120,000 values.
 */
export function greatest(values: Iterable<number>, least = -Infinity): number {
  let found = least;
  for (const value of values) if (value > found || Number.isNaN(value)) found = value;
  return found;
}

/** Minimum of the values, and of `most`. */
export function smallest(values: Iterable<number>, most = Infinity): number {
  let found = most;
  for (const value of values) if (value < found || Number.isNaN(value)) found = value;
  return found;
}

/** Appends any number of values. */
export function pushAll<Value>(target: Value[], values: Iterable<Value>): void {
  for (const value of values) target.push(value);
}

/** The first value of each list, then the second of each, and so on. */
export function interleaved<Value>(lists: readonly (readonly Value[])[]): Value[] {
  const most = greatest(
    lists.map(({ length }) => length),
    0,
  );
  return Array.from({ length: most }, (_, i) => lists.flatMap((list) => list.slice(i, i + 1))).flat();
}

/** Replaces `count` elements from `start` on with any number of values. */
export function spliceAll<Value>(target: Value[], start: number, count: number, values: readonly Value[]): void {
  target.splice(start, count, ...values.slice(0, PIECE));
  for (let at = PIECE; at < values.length; at += PIECE) target.splice(start + at, 0, ...values.slice(at, at + PIECE));
}

const PIECE = 10_000;
