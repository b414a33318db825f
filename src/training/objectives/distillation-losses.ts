// L tokens, V vocabulary, K of its tokens
import { aten, cat, stack, zeros, type Tensor } from '../../engine/tensor/index.ts';

/**
 * Generalised Jensen-Shannon divergence between student and teacher per token (Agarwal et al., 2024): KL(teacher ‖
 * student) at beta 0, KL(student ‖ teacher) at beta 1, in between the divergence of both from their mixture. As in TRL,
 * without a factor of temperature². Logits [L, V] → [L]
 */
export function divergenceOf(
  student: Tensor,
  teacher: Tensor,
  { beta, temperature }: { beta: number; temperature: number },
): Tensor {
  const [own, wanted] = [student, teacher].map((logits) => logits.div(temperature).logSoftmax(-1));
  return betweenBoth(own, wanted, beta);
}

/** Log-probability of padding: contributes nothing, and keeps differences finite. */
export const NOTHING = -1e4;

/**
 * The same for a teacher with only its top tokens known: in both distributions, the rest counts as a single token. ids
 * [L, K], padded with the first one; log-probabilities [L, K], padded with `NOTHING`; student's logits [L, V] → [L]
 */
export function sparseDivergenceOf(
  student: Tensor,
  { ids, logProbs }: { ids: Tensor; logProbs: Tensor },
  beta: number,
): Tensor {
  const isKnown = aten.gt.Scalar(logProbs, NOTHING);
  const none = zeros([], { dtype: logProbs.dtype, device: logProbs.device }).add(NOTHING);
  const all = student.to(logProbs.dtype);
  const total = aten.logsumexp.default(all, [-1], { keepdim: true }); // [L, 1]
  const known = aten.where.self(isKnown, all.gather(1, ids).sub(total), none);
  const others = aten.scatter.value(all, 1, ids, Number.NEGATIVE_INFINITY);
  const rest = aten.clamp.default(aten.logsumexp.default(others, [-1], { keepdim: true }).sub(total), { min: NOTHING });
  const left = aten.clamp.default(logProbs.exp().sum(-1).mul(-1).add(1), { min: 0 }).unsqueeze(1);
  const wantedRest = aten.clamp.default(aten.log.default(left), { min: NOTHING });
  return betweenBoth(cat([known, rest], 1), cat([logProbs, wantedRest], 1), beta);
}

/** Generalised Jensen-Shannon divergence of log-probabilities. */
function betweenBoth(own: Tensor, wanted: Tensor, beta: number): Tensor {
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
