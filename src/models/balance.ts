// N tokens, L layers with a router, E experts, k chosen per token
import { aten, cat, fromArray, wideType, type Tensor } from '../engine/tensor/index.ts';

/** Load balancing of a mixture of experts during training. */
export interface RouterBalance {
  /** E */
  experts: number;
  /** k */
  chosen: number;
  /** Factor of the loss. */
  weight: number;
}

export interface ExpertUsage {
  /** How often each expert was chosen: [E] */
  choices: readonly number[];
  /** Number of routing decisions: tokens times layers. */
  routed: number;
}

/** Counts the experts chosen by routers with logits [N, E] each. */
export function expertUsage(logits: readonly Tensor[], { experts, chosen }: RouterBalance): ExpertUsage {
  const all = cat(logits).detach(); // [L·N, E]
  const [, indices] = aten.topk.default(all, chosen);
  const choices = aten.bincount.default(indices.flatten(), { minlength: experts }).toNumbers();
  return { choices, routed: all.shape[0] };
}

/**
 * Each token's term of the load-balancing loss (Fedus et al., 2022, equations 4 to 6; HF `load_balancing_loss_func`):
 * weight · E · Σ over experts of their share of choices times their mean probability, over all layers together. The
 * share of choices depends on all rows, so the loss only splits into terms per token once that share (`usage`) is
 * fixed.
 * @returns [N]
 */
export function balanceShares(logits: readonly Tensor[], balance: RouterBalance, usage: ExpertUsage): Tensor {
  const { routed, choices } = usage;
  const factor = (balance.weight * balance.experts) / (routed * routed);
  const weights = Float64Array.from(choices, (count) => factor * count);
  return logits
    .map((own) => {
      const probabilities = own.to(wideType(own.dtype)).softmax(-1); // [N, E]
      const column = fromArray(weights, [balance.experts, 1]).to(probabilities.dtype).toDevice(own.device);
      return probabilities.matmul(column).squeeze(1); // [N]
    })
    .reduce((sum, share) => sum.add(share));
}
