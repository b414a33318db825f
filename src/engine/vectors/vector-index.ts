/** The vectors that fit a query best, the best first. */
export interface Found {
  /** Rows of the indexed vectors. */
  rows: Int32Array;
  /** Their products with the query. */
  scores: Float32Array;
}

/** Vectors that are searched by their product with a query: by their cosine where all have the length 1. */
export interface VectorIndex {
  readonly kind: 'exact' | 'clustered';
  readonly count: number;
  readonly width: number;
  /** queries [Q · D] → the k best of each, fewer where the index holds fewer */
  search(queries: Float32Array, k: number): Found[];
}

/** Vectors of one width as one array: [N · D] */
export function sideBySide(vectors: readonly Float32Array[]): Float32Array {
  const all = new Float32Array(vectors.length * (vectors[0]?.length ?? 0));
  for (const [row, vector] of vectors.entries()) all.set(vector, row * vector.length);
  return all;
}

/** Where a row with this score belongs among the k best so far, which are sorted; of equal ones the first stays first. */
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
