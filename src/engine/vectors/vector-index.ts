/** Vectors closest to a query, best first. */
export interface Found {
  /** Indices of the found vectors. */
  rows: Int32Array;
  /** Their inner products with the query. */
  scores: Float32Array;
}

/** Vectors searched by inner product, which is the cosine if all have unit length. */
export interface VectorIndex {
  readonly kind: 'exact' | 'clustered';
  readonly count: number;
  readonly width: number;
  /** queries [Q · D] → the k best of each, fewer where the index holds fewer */
  search(queries: Float32Array, k: number): Found[];
}

/** Concatenates vectors of equal width: [N · D] */
export function sideBySide(vectors: readonly Float32Array[]): Float32Array {
  const all = new Float32Array(vectors.length * (vectors[0]?.length ?? 0));
  for (const [row, vector] of vectors.entries()) all.set(vector, row * vector.length);
  return all;
}

/** Inserts a row into the sorted list of the k best; ties keep their order. */
export function insert(best: { rows: number[]; scores: number[] }, row: number, score: number, k: number): void {
  const { rows, scores } = best;
  if (rows.length === k) {
    if (score <= scores[k - 1]) return;
    rows.pop();
    scores.pop();
  }
  let place = rows.length;
  while (place > 0 && scores[place - 1] < score) place--;
  rows.splice(place, 0, row);
  scores.splice(place, 0, score);
}
