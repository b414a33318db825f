// V vectors, D width
import { randomPermutation } from '../../base/random.ts';
import { clusterVectors, type ClusteredIndex } from './clustered-index.ts';
import { ExactIndex } from './exact-index.ts';

/** Below this, comparing with every vector takes a few milliseconds. */
const LARGE = 20_000;
/** Probing a larger share of the clusters saves too little to give up exactness. */
const WORTHWHILE = 0.3;
const QUERIES = 500;
const SEED = 42;

/**
 * An index of vectors [V · D]: exact if there are few or they do not cluster, else one that finds at least 98 % of the
 * ten best for the given queries; by default, the vectors themselves serve as queries.
 */
export function buildIndex(
  vectors: Float32Array,
  { width, queries, large = LARGE }: { width: number; queries?: Float32Array; large?: number },
): ExactIndex | ClusteredIndex {
  const exact = new ExactIndex(vectors, width);
  if (exact.count < large) return exact;
  const asked = queries !== undefined && queries.length > 0 ? queries : someOf(vectors, width);
  const clustered = clusterVectors(vectors, { width, seed: SEED, queries: asked });
  const { probes, centres } = clustered.parts;
  return probes > WORTHWHILE * (centres.length / width) ? exact : clustered;
}

function someOf(vectors: Float32Array, width: number): Float32Array {
  const rows = randomPermutation(vectors.length / width, [SEED, 'index queries']).subarray(0, QUERIES);
  const some = new Float32Array(rows.length * width);
  for (const [place, row] of rows.entries()) some.set(vectors.subarray(row * width, (row + 1) * width), place * width);
  return some;
}

/** An index's vectors in their original order: [V · D] */
export function vectorsOf(index: ExactIndex | ClusteredIndex): Float32Array {
  if (index instanceof ExactIndex) return index.vectors;
  const { rows, vectors, width } = index.parts;
  const all = new Float32Array(vectors.length);
  for (const [place, row] of rows.entries()) all.set(vectors.subarray(place * width, (place + 1) * width), row * width);
  return all;
}
