// V vectors, C clusters, Q queries, D width
import { ExactIndex } from './exact-index.ts';
import { kMeans } from './k-means.ts';
import { insert, type Found, type VectorIndex } from './vector-index.ts';

/** Parts of a clustered index. */
export interface ClusteredParts {
  width: number;
  /** Vectors, cluster by cluster: [V · D] */
  vectors: Float32Array;
  /** Original row of each vector: [V] */
  rows: Int32Array;
  /** Start of each cluster, and V: [C + 1] */
  offsets: Int32Array;
  /** [C · D] */
  centres: Float32Array;
  /** Number of clusters to probe per query. */
  probes: number;
  /** Share of the 10 best that this finds, on the queries used for tuning. */
  recall: number;
}

/** Compares a query with the vectors of the closest clusters (inverted file; Jégou et al., 2011). */
export class ClusteredIndex implements VectorIndex {
  readonly kind = 'clustered';
  readonly parts: ClusteredParts;

  constructor(parts: ClusteredParts) {
    this.parts = parts;
  }

  get width(): number {
    return this.parts.width;
  }
  get count(): number {
    return this.parts.rows.length;
  }

  search(queries: Float32Array, k: number): Found[] {
    const { width, centres, probes } = this.parts;
    const nearest = new ExactIndex(centres, width).search(queries, probes);
    return nearest.map(({ rows: clusters }, q) =>
      this.#scan(queries.subarray(q * width, (q + 1) * width), clusters, k),
    );
  }

  #scan(query: Float32Array, clusters: Int32Array, k: number): Found {
    const { width, vectors, rows, offsets } = this.parts;
    const best = { rows: [] as number[], scores: [] as number[] };
    for (const cluster of clusters) {
      for (let i = offsets[cluster]; i < offsets[cluster + 1]; i++) {
        let score = 0;
        for (let d = 0, at = i * width; d < width; d++, at++) score += query[d] * vectors[at];
        insert(best, rows[i], score, k);
      }
    }
    return { rows: Int32Array.from(best.rows), scores: Float32Array.from(best.scores) };
  }
}

/** Number of neighbours that recall counts, recall to reach, and number of queries for tuning. */
const NEIGHBOURS = 10;
const WANTED_RECALL = 0.98;
const QUERIES = 500;

/** Clusters vectors and probes as few clusters as find nearly everything that an exact search finds. */
export function clusterVectors(
  vectors: Float32Array,
  { width, seed, queries }: { width: number; seed: number; queries: Float32Array },
): ClusteredIndex {
  const count = vectors.length / width;
  const clusters = Math.max(1, Math.round(2 * Math.sqrt(count)));
  const { centres, clusterOf } = kMeans(vectors, { width, clusters, seed });
  const { rows, offsets } = inClusters(clusterOf, clusters);
  const sorted = new Float32Array(vectors.length);
  for (const [place, row] of rows.entries())
    sorted.set(vectors.subarray(row * width, (row + 1) * width), place * width);
  const setting = queries.subarray(0, QUERIES * width);
  const found = probesFor(setting, { vectors, centres, clusterOf, width });
  return new ClusteredIndex({ width, vectors: sorted, rows, offsets, centres, ...found });
}

function inClusters(clusterOf: Int32Array, clusters: number): { rows: Int32Array; offsets: Int32Array } {
  const offsets = new Int32Array(clusters + 1);
  for (const cluster of clusterOf) offsets[cluster + 1]++;
  for (let c = 0; c < clusters; c++) offsets[c + 1] += offsets[c];
  const next = offsets.slice();
  const rows = new Int32Array(clusterOf.length);
  for (const [row, cluster] of clusterOf.entries()) rows[next[cluster]++] = row;
  return { rows, offsets };
}

/** The smallest number of clusters that contains the wanted share of all queries' best vectors. */
function probesFor(
  queries: Float32Array,
  {
    vectors,
    centres,
    clusterOf,
    width,
  }: { vectors: Float32Array; centres: Float32Array; clusterOf: Int32Array; width: number },
): { probes: number; recall: number } {
  const clusters = centres.length / width;
  const best = new ExactIndex(vectors, width).search(queries, NEIGHBOURS);
  const order = new ExactIndex(centres, width).search(queries, clusters);
  const foundAt = new Int32Array(clusters);
  let total = 0;
  for (const [q, { rows }] of best.entries()) {
    const rankOf = new Int32Array(clusters);
    for (const [rank, cluster] of order[q].rows.entries()) rankOf[cluster] = rank;
    for (const row of rows) foundAt[rankOf[clusterOf[row]]]++;
    total += rows.length;
  }
  let found = 0;
  for (let probes = 1; probes <= clusters; probes++) {
    found += foundAt[probes - 1];
    if (found >= WANTED_RECALL * total) return { probes, recall: found / total };
  }
  return { probes: clusters, recall: 1 };
}
