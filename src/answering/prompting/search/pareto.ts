import { greatest } from '../../../base/many.ts';
import { randomUnit, type RandomKey } from '../../../base/random.ts';

/**
 * Number of rows on which each candidate is best; 0 for candidates that others replace. A candidate that is best on
 * only a few rows is kept, since it knows something that the others do not.
 */
export function paretoWins(scores: readonly (readonly number[])[]): number[] {
  const rows = scores[0]?.length ?? 0;
  const leaders = Array.from({ length: rows }, (_, row) => {
    const best = greatest(scores.map((one) => one[row]));
    return new Set([...scores.keys()].filter((candidate) => scores[candidate][row] === best));
  });
  const kept = new Set(scores.keys());
  // Worst first: a candidate goes if a remaining one does as well on every row that it leads.
  const order = [...scores.keys()].toSorted((a, b) => mean(scores[a]) - mean(scores[b]) || b - a);
  for (const candidate of order) {
    const isReplaced = leaders.every(
      (leading) => !leading.has(candidate) || [...leading].some((other) => other !== candidate && kept.has(other)),
    );
    if (isReplaced && kept.size > 1) kept.delete(candidate);
  }
  return [...scores.keys()].map((candidate) =>
    kept.has(candidate) ? leaders.filter((leading) => leading.has(candidate)).length : 0,
  );
}

/** Draws a candidate with a probability in proportion to its wins. */
export function drawByWins(wins: readonly number[], key: RandomKey): number {
  let left = randomUnit(key) * wins.reduce((sum, count) => sum + count, 0);
  for (const [candidate, count] of wins.entries()) {
    left -= count;
    if (left < 0) return candidate;
  }
  return Math.max(
    0,
    wins.findLastIndex((count) => count > 0),
  );
}

export function mean(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
}
