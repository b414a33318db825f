// N tokens, L layers with a router, E experts, k of them for each token
import { aten, cat, fromArray, type Tensor } from '../engine/tensor/index.ts';

/** How a trunk whose tokens choose among experts keeps these in use alike while it trains. */
export interface RouterBalance {
  /** E */
  experts: number;
  /** k */
  chosen: number;
  /** Factor of the loss. */
  weight: number;
}

/** How often experts were chosen. */
export interface ExpertUsage {
  /** Number of choices of each expert: [E] */
  choices: readonly number[];
  /** Choosers: tokens times layers. */
  routed: number;
}

/** Choices of routers with logits [N, E] each. */
export function expertUsage(logits: readonly Tensor[], { experts, chosen }: RouterBalance): ExpertUsage {
  const all = cat(logits).detach(); // [L·N, E]
  const [, indices] = aten.topk.default(all, chosen);
  const choices = aten.bincount.default(indices.flatten(), { minlength: experts }).toNumbers();
  return { choices, routed: all.shape[0] };
}

/**
 * Each token's share of the load-balancing loss (Fedus et al., 2022, equations 4 to 6; HF
 * `load_balancing_loss_func`): weight · E · Σ over experts of their share of choices times their mean probability,
 * over all layers together. It is not a sum over rows, since the share counts over all of them; given that share
 * (`usage`, of everything that the loss covers), it is.
 * @returns [N]
 */
export function balanceShares(logits: readonly Tensor[], balance: RouterBalance, usage: ExpertUsage): Tensor {
  const { routed, choices } = usage;
  const factor = (balance.weight * balance.experts) / (routed * routed);
  const weights = Float64Array.from(choices, (count) => factor * count);
  return logits
    .map((own) => {
      const probabilities = own.to(own.dtype === 'f64' ? 'f64' : 'f32').softmax(-1); // [N, E]
      const column = fromArray(weights, [balance.experts, 1]).to(probabilities.dtype).toDevice(own.device);
      return probabilities.matmul(column).squeeze(1); // [N]
    })
    .reduce((sum, share) => sum.add(share));
}
