// V [out, in]: a layer's change by alignment; A [r, in] and B [out, r]: a LoRA of that layer
import { aten, type Tensor } from '../../engine/tensor/index.ts';

export interface Projection {
  /** C B: [out, r] */
  b: Tensor;
  /** Cosine of the layer's change before and after: 1 if it agrees with the alignment, 0 if it is unrelated. */
  cosine: number;
  /** Norm of the projected change, relative to the original. */
  ratio: number;
}

/**
 * Part of a LoRA's change along the alignment direction of a layer: C = V Vᵀ / ‖V‖, which acts on outputs (Safe LoRA,
 * Hsu et al., 2024). C is not an orthogonal projection: its eigenvalues are the squared singular values of V over ‖V‖,
 * so that it also scales the change. Neither C nor B A is formed. Undefined if alignment changed nothing.
 */
export function projectOntoAlignment({ a, b }: { a: Tensor; b: Tensor }, v: Tensor): Projection | undefined {
  const length = lengthOf(v);
  if (length === 0) return undefined;
  const projected = v.matmul(v.transpose(0, 1).matmul(b)).div(length);
  const [inner, before, after] = [[b, projected] as const, [b, b] as const, [projected, projected] as const].map(
    ([one, other]) => innerProduct(one, other, a),
  );
  const lengths = Math.sqrt(before * after);
  return {
    b: projected,
    cosine: lengths === 0 ? 0 : inner / lengths,
    ratio: before === 0 ? 0 : Math.sqrt(after / before),
  };
}

/** ⟨B A, B′ A⟩ = Σ (Bᵀ B′) ∘ (A Aᵀ) */
function innerProduct(one: Tensor, other: Tensor, a: Tensor): number {
  const [left, right, rows] = [one, other, a].map((factor) => factor.to('f64'));
  return left
    .transpose(0, 1)
    .matmul(right)
    .mul(rows.matmul(rows.transpose(0, 1)))
    .sum()
    .item();
}

function lengthOf(x: Tensor): number {
  return aten.linalg_vector_norm.default(x).item();
}
