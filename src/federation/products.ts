/** Exact averages of LoRA's products B A, for sites of different ranks. */
import { greatest } from '../base/many.ts';
import type { Matrix } from './flower/npy.ts';
import { orthonormalColumns, singularValues } from './small-svd.ts';
import type { Averaged, Update } from './updates.ts';

const A = /\.lora_A\.weight$/;

/**
 * Averages Σ share · B A for each layer, and factors the result again with the largest rank among the sites (its best
 * approximation of that rank). Other tensors are averaged directly. Expects the same alpha / r at all sites.
 */
export function averageProducts(updates: readonly Update[]): Averaged {
  const total = updates.reduce((sum, { examples }) => sum + examples, 0);
  const weights = new Map<string, Matrix>();
  let [lost, whole] = [0, 0];
  for (const [name, first] of updates[0].weights) {
    if (name.endsWith('.lora_B.weight')) continue;
    const parts = updates.map(({ examples, weights: own }) => ({ share: examples / total, own }));
    if (!A.test(name)) {
      weights.set(
        name,
        meanOf(
          parts.map(({ share, own }) => ({ share, matrix: own.get(name)! })),
          first.shape,
        ),
      );
      continue;
    }
    const other = name.replace(A, '.lora_B.weight');
    const factors = parts.map(({ share, own }) => ({ share, a: own.get(name)!, b: own.get(other)! }));
    const rank = greatest(factors.map(({ a }) => a.shape[0]));
    const { a, b, kept, all } = truncated(factors, rank);
    weights.set(name, a).set(other, b);
    lost += all - kept;
    whole += all;
  }
  return { weights, error: whole === 0 ? 0 : Math.sqrt(Math.max(0, lost) / whole) };
}

function meanOf(parts: readonly { share: number; matrix: Matrix }[], shape: readonly number[]): Matrix {
  const values = Float32Array.from(parts[0].matrix.values, (_, place) =>
    parts.reduce((sum, { share, matrix }) => sum + share * matrix.values[place], 0),
  );
  return { shape, values };
}

interface Factors {
  share: number;
  /** [r, in] */
  a: Matrix;
  /** [out, r] */
  b: Matrix;
}

/** Best rank-`rank` approximation of Σ share · B A, with the sums of squares of the kept and of all singular values. */
function truncated(factors: readonly Factors[], rank: number) {
  const [inputs, outputs] = [factors[0].a.shape[1], factors[0].b.shape[0]];
  // Stacked: [B₁ B₂ …] [share₁ A₁; share₂ A₂; …], as columns.
  const left = factors.flatMap(({ b }) => columnsOf(b));
  const right = factors.flatMap(({ share, a }) => rowsOf(a).map((row) => row.map((value) => share * value)));
  const [q, r] = orthonormalColumns(left);
  const [p, s] = orthonormalColumns(right);
  // B A = Q (R Sᵀ) Pᵀ
  const core = r.map((row) => s.map((other) => dot(row, other)));
  const { u, v, values } = singularValues(core);
  const order = values.map((_, i) => i).sort((i, j) => values[j] - values[i]);
  const least = 1e-7 * (values[order[0]] ?? 0);
  const known = factors.find(({ a }) => a.shape[0] === rank)!.a;
  const a = new Float32Array(rank * inputs);
  const b = new Float32Array(outputs * rank);
  for (const [place, i] of order.slice(0, rank).entries()) {
    if (values[i] <= least) {
      // The average has a lower rank. Keeps A with B = 0, as at the start of training: with both zero, gradients would
      // vanish.
      a.set(known.values.subarray(place * inputs, (place + 1) * inputs), place * inputs);
      continue;
    }
    const root = Math.sqrt(values[i]);
    for (let row = 0; row < outputs; row++)
      b[row * rank + place] = root * q.reduce((sum, column, k) => sum + column[row] * u[k][i], 0);
    for (let column = 0; column < inputs; column++)
      a[place * inputs + column] = root * p.reduce((sum, other, k) => sum + other[column] * v[k][i], 0);
  }
  const squares = order.map((i) => values[i] ** 2);
  const sum = (of: readonly number[]) => of.reduce((one, other) => one + other, 0);
  return {
    a: { shape: [rank, inputs], values: a },
    b: { shape: [outputs, rank], values: b },
    kept: sum(squares.slice(0, rank)),
    all: sum(squares),
  };
}

function columnsOf({ shape: [rows, columns], values }: Matrix): Float64Array[] {
  return Array.from({ length: columns }, (_, column) =>
    Float64Array.from({ length: rows }, (_value, row) => values[row * columns + column]),
  );
}

function rowsOf({ shape: [rows, columns], values }: Matrix): Float64Array[] {
  return Array.from({ length: rows }, (_, row) =>
    Float64Array.from(values.subarray(row * columns, (row + 1) * columns)),
  );
}

function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}
