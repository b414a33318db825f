// V vectors, Q queries, D width
import { pushAll } from '../../base/many.ts';
import { aten, fromArray, noGrad, scope } from '../tensor/index.ts';
import { insert, type Found, type VectorIndex } from './vector-index.ts';

/** Vectors and queries per product: 16 MB of results. */
const BLOCK = 16_384;
const QUERIES = 256;

/** Compares every query with every vector, block by block. */
export class ExactIndex implements VectorIndex {
  readonly kind = 'exact';
  readonly count: number;
  readonly width: number;
  /** [V · D] */
  readonly vectors: Float32Array;

  constructor(vectors: Float32Array, width: number) {
    this.vectors = vectors;
    this.width = width;
    this.count = vectors.length / width;
  }

  search(queries: Float32Array, k: number): Found[] {
    const { width } = this;
    const found: Found[] = [];
    for (let start = 0; start < queries.length; start += QUERIES * width)
      pushAll(found, this.#searchSome(queries.subarray(start, start + QUERIES * width), k));
    return found;
  }

  #searchSome(queries: Float32Array, k: number): Found[] {
    const { count, width, vectors } = this;
    const asked = queries.length / width;
    const best = Array.from({ length: asked }, () => ({ rows: [] as number[], scores: [] as number[] }));
    for (let start = 0; start < count; start += BLOCK) {
      const size = Math.min(BLOCK, count - start);
      const most = Math.min(k, size);
      const { scores, rows } = noGrad(() =>
        scope(() => {
          const block = fromArray(vectors.subarray(start * width, (start + size) * width), [size, width]);
          const products = fromArray(queries, [asked, width]).matmul(block.transpose(0, 1)); // [Q, block]
          const [values, places] = aten.topk.default(products, most);
          return { scores: values.toNumbers(), rows: places.toNumbers() };
        }),
      );
      for (const [query, own] of best.entries())
        for (let i = query * most; i < (query + 1) * most; i++) insert(own, start + rows[i], scores[i], k);
    }
    return best.map(({ rows, scores }) => ({ rows: Int32Array.from(rows), scores: Float32Array.from(scores) }));
  }
}
