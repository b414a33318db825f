/** Maximum-likelihood estimate of when a change began. */

/** Window size: an older change is dated to the start of the window. */
export const MOST_RECENT = 2000;

/**
 * @param values categories, oldest first
 * @param reference number of earlier values per category
 * @returns the index of the first value after the change
 */
export function changePoint(values: readonly number[], reference: readonly number[]): number {
  const total = reference.reduce((sum, count) => sum + count, 0);
  // Adds half a value per category (Krichevsky-Trofimov): a category not seen before is rare, not impossible.
  const usual = reference.map((count) => Math.log((count + 0.5) / (total + reference.length / 2)));
  const counts = reference.map(() => 0);
  let [best, place, size] = [0, 0, 0];
  for (let from = values.length - 1; from >= 0; from--) {
    counts[values[from]]++;
    size++;
    let gain = 0;
    for (const [category, count] of counts.entries())
      if (count > 0) gain += count * (Math.log(count / size) - usual[category]);
    if (gain > best) [best, place] = [gain, from];
  }
  return place;
}
