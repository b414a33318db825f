/** Counts by n-gram: runs of `order` adjacent symbols. */
export type Counts = Map<string, number>;

/** N-grams of a list of words; words are joined by a space, which no word contains. */
export function wordGrams(words: readonly string[], order: number): Counts {
  const counts: Counts = new Map();
  for (let end = order; end <= words.length; end++) {
    const gram = order === 1 ? words[end - 1] : words.slice(end - order, end).join(' ');
    counts.set(gram, (counts.get(gram) ?? 0) + 1);
  }
  return counts;
}

/** N-grams of a list of characters (code points). */
export function characterGrams(symbols: readonly string[], order: number): Counts {
  const counts: Counts = new Map();
  // Slices of the text: joining the symbols of each n-gram would take 50 % longer.
  const text = symbols.join('');
  let [from, to] = [0, 0];
  for (let end = 1; end <= symbols.length; end++) {
    to += symbols[end - 1].length;
    if (end < order) continue;
    const gram = text.slice(from, to);
    counts.set(gram, (counts.get(gram) ?? 0) + 1);
    from += symbols[end - order].length;
  }
  return counts;
}

/** Number of common n-grams, each counted by its lower count. */
export function overlap(a: Counts, b: Counts): number {
  let common = 0;
  for (const [gram, count] of a) common += Math.min(count, b.get(gram) ?? 0);
  return common;
}

/** Harmonic mean of precision and recall, with recall weighted `beta` times; 0 if both are 0. */
export function fScore(precision: number, recall: number, beta = 1): number {
  const weighted = beta * beta * precision + recall;
  return weighted === 0 ? 0 : ((1 + beta * beta) * precision * recall) / weighted;
}
