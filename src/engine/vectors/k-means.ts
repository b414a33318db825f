// V vectors, S sampled ones, C clusters, D width
import { randomPermutation } from '../../base/random.ts';
import { aten, cat, fromArray, noGrad, ones, scope, zeros, type Tensor } from '../tensor/index.ts';

const ROUNDS = 8;
/** Number of sampled vectors per cluster for finding the centres. */
const DRAWN = 64;
const BLOCK = 8192;

/** Cluster centres [C · D] and each vector's cluster [V] (Lloyd, 1982, on a sample drawn by the seed). */
export function kMeans(
  vectors: Float32Array,
  { width, clusters, seed }: { width: number; clusters: number; seed: number },
): { centres: Float32Array; clusterOf: Int32Array } {
  const count = vectors.length / width;
  return noGrad(() =>
    scope(() => {
      const all = fromArray(vectors, [count, width]);
      const order = randomPermutation(count, [seed, 'k-means']).subarray(0, DRAWN * clusters);
      const drawn = all.indexSelect(0, fromArray(BigInt64Array.from(order, BigInt))); // [S, D]
      let centres = drawn.narrow(0, 0, clusters).clone().own();
      for (let round = 0; round < ROUNDS; round++) {
        const before = centres;
        centres = scope(() => meansOf(drawn, nearest(drawn, before), before)).own();
        before.dispose();
      }
      const clusterOf = Int32Array.from(nearest(all, centres).toNumbers());
      const values = Float32Array.from(centres.data() as Float32Array);
      centres.dispose();
      return { centres: values, clusterOf };
    }),
  );
}

/** The nearest centre of each vector: int64 [V] */
function nearest(vectors: Tensor, centres: Tensor): Tensor {
  const halves = centres.pow(2).sum(1).mul(0.5); // [C]
  const count = vectors.shape[0];
  const parts: Tensor[] = [];
  for (let start = 0; start < count; start += BLOCK)
    parts.push(
      scope(() => {
        const some = vectors.narrow(0, start, Math.min(BLOCK, count - start));
        return some.matmul(centres.transpose(0, 1)).sub(halves).argmax(1);
      }),
    );
  return cat(parts);
}

/** [C, D]; empty clusters keep their centre. */
function meansOf(vectors: Tensor, clusterOf: Tensor, before: Tensor): Tensor {
  const [clusters, width] = before.shape;
  const sums = aten.index_add.default(zeros([clusters, width]), 0, clusterOf, vectors);
  const counts = aten.index_add.default(zeros([clusters]), 0, clusterOf, ones([vectors.shape[0]])).unsqueeze(1);
  const isEmpty = counts.eq(0).to('f32');
  return sums.div(counts.add(isEmpty)).add(before.mul(isEmpty));
}
