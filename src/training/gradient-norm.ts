import { aten, stack, type Tensor } from '../engine/tensor/index.ts';

/** Norm of all gradients together, via the norms of the tensors (as in torch's clip_grad_norm_). */
export function gradientNorm(gradients: readonly Tensor[]): number {
  if (gradients.length === 0) return 0;
  const norms = aten._foreach_norm.Scalar(gradients);
  return aten.linalg_vector_norm.default(stack(norms)).item();
}
