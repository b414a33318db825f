/** Partition of characters by membership in some sets. */
import { anyCodePoint, codePoints, includes, rangesOf, type CodePoints } from './code-points.ts';

/** All scalar values in groups whose members are in the same of the given sets. */
export class Partition {
  readonly #groups: readonly CodePoints[];
  readonly #unions = new Map<string, CodePoints>();

  constructor(sets: readonly CodePoints[]) {
    const borders = new Set<number>();
    for (const set of [anyCodePoint, ...sets]) {
      for (const [low, high] of rangesOf(set)) borders.add(low).add(high + 1);
    }
    const starts = [...borders].toSorted((a, b) => a - b);
    const groups = new Map<string, [number, number][]>();
    for (const [index, start] of starts.entries()) {
      if (!includes(anyCodePoint, start)) continue;
      const membership = sets.map((set) => (includes(set, start) ? '1' : '0')).join('');
      const ranges = groups.get(membership) ?? [];
      ranges.push([start, starts[index + 1] - 1]);
      groups.set(membership, ranges);
    }
    this.#groups = [...groups.values()].map((ranges) => codePoints(ranges));
  }

  /**
   * Groups by a function of one of their members, with groups of equal result merged; the same groups give the same
   * object.
   */
  by<Result>(resultOf: (point: number) => Result): Map<Result, CodePoints> {
    const indices = Map.groupBy(this.#groups.keys(), (index) => resultOf(this.#groups[index][0]));
    return new Map(indices.entries().map(([result, members]) => [result, this.#union(members)]));
  }

  #union(members: readonly number[]): CodePoints {
    if (members.length === 1) return this.#groups[members[0]];
    const key = members.join();
    let union = this.#unions.get(key);
    if (union === undefined) {
      union = codePoints(members.flatMap((index) => [...rangesOf(this.#groups[index])]));
      this.#unions.set(key, union);
    }
    return union;
  }
}
