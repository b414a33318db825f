// b side of a block, B blocks
import { aten, fromArray, zeros, type Tensor } from '../../engine/tensor/index.ts';

/** Skew-symmetric matrices from their upper triangles, row by row: [B, b (b − 1) / 2] → [B, b, b] */
export function skew(upper: Tensor, side: number): Tensor {
  const [blocks] = upper.shape;
  const places: bigint[] = [];
  for (let row = 0; row < side; row++)
    for (let column = row + 1; column < side; column++) places.push(BigInt(row * side + column));
  const index = fromArray(BigInt64Array.from(places)).toDevice(upper.device);
  const flat = zeros([blocks, side * side], { dtype: upper.dtype, device: upper.device });
  const above = aten.index_copy.default(flat, 1, index, upper).reshape(blocks, side, side);
  return above.sub(above.transpose(1, 2));
}

function identity(like: Tensor): Tensor {
  return aten.eye.default(like.shape[like.shape.length - 1], { dtype: like.dtype, device: like.device });
}

/** Cayley transform: rotations (I − Q)(I + Q)⁻¹ of skew-symmetric matrices Q […, b, b]. */
export function cayley(q: Tensor): Tensor {
  const one = identity(q);
  return aten.matmul.default(one.sub(q), aten.linalg_inv.default(one.add(q)));
}

/**
 * Approximates the rotation (I + Q)(I − Q)⁻¹, the inverse of `cayley`'s, by a truncated series. As in PEFT, three terms
 * equal four.
 */
export function neumann(q: Tensor, terms: number): Tensor {
  let sum = identity(q);
  if (terms <= 1) return sum.expand(...q.shape);
  sum = sum.add(q.mul(2));
  if (terms === 2) return sum;
  const last = Math.max(3, terms - 1);
  let power = q;
  for (let i = 2; i <= last; i++) {
    power = power.matmul(q);
    sum = sum.add(i === last ? power : power.mul(2));
  }
  return sum;
}

/** The divisor of a size that is closest to the wanted one; the smaller one in a tie. */
export function nearestDivisor(size: number, wanted: number): number {
  if (wanted >= size) return size;
  let [below, above] = [wanted, wanted];
  while (size % below !== 0) below--;
  while (size % above !== 0) above++;
  return wanted - below <= above - wanted ? below : above;
}
