// L tokens, V vocabulary
import { aten, stack, type Tensor } from '../../tensor/index.ts';

/**
 * Generalised Jensen-Shannon divergence of a student's and a teacher's distribution at each token (Agarwal et al., 2024):
 * KL(teacher ‖ student) at beta 0, KL(student ‖ teacher) at beta 1, between them that of both to their mixture. As in TRL
 * without a factor of temperature². Logits [L, V] → [L]
 */
export function divergenceOf(
  student: Tensor,
  teacher: Tensor,
  { beta, temperature }: { beta: number; temperature: number },
): Tensor {
  const [own, wanted] = [student, teacher].map((logits) => logits.div(temperature).logSoftmax(-1));
  if (beta === 0) return klOf(wanted, own);
  if (beta === 1) return klOf(own, wanted);
  const mixture = aten.logsumexp.default(stack([own.add(Math.log(1 - beta)), wanted.add(Math.log(beta))]), [0]);
  return klOf(wanted, mixture)
    .mul(beta)
    .add(klOf(own, mixture).mul(1 - beta));
}

/** Σ p (log p − log q) */
function klOf(p: Tensor, q: Tensor): Tensor {
  return p.exp().mul(p.sub(q)).sum(-1);
}
