/**
 * Levenshtein distance between two sequences of symbols. Memory is linear in the shorter one; common prefixes and
 * suffixes are free. Symbols are compared as strings: characters, phonemes or words.
 */
export function symbolDistance(a: readonly string[], b: readonly string[]): number {
  if (a.length < b.length) [a, b] = [b, a];
  let start = 0;
  while (start < b.length && a[start] === b[start]) start++;
  let endA = a.length;
  let endB = b.length;
  while (endB > start && a[endA - 1] === b[endB - 1]) {
    endA--;
    endB--;
  }
  const width = endB - start;
  const row = Int32Array.from({ length: width + 1 }, (_, column) => column);
  for (let i = start; i < endA; i++) {
    let diagonal = row[0];
    row[0] = i - start + 1;
    for (let j = 0; j < width; j++) {
      const substituted = diagonal + (a[i] === b[start + j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = Math.min(substituted, diagonal + 1, row[j] + 1);
    }
  }
  return row[width];
}

/** Characters as code points, so that an emoji outside the basic plane counts once. */
export function characters(text: string): string[] {
  return [...text];
}
