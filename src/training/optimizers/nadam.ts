import { z } from 'zod';
import { aten, type Tensor } from '../../engine/tensor/index.ts';
import type { Trainable } from '../../methods/interfaces.ts';
import { defineUpdate } from '../../methods/method.ts';
import { adamOptions, decoupledWeightDecay } from './adam-options.ts';
import { decayed, FirstOrderUpdate, rootMeanSquare, type Move } from './first-order.ts';

/** Adam with Nesterov momentum (Dozat, 2016). */
export const options = z.strictObject({
  ...adamOptions,
  momentum_decay: z.number().min(0).default(4e-3).describe('how fast the share of the mean gradient rises to beta1'),
  decoupled_weight_decay: decoupledWeightDecay(false),
});

export type NadamOptions = z.output<typeof options>;

type Slot = 'exp_avg' | 'exp_avg_sq' | 'mu_product';

/** Equivalent to torch.optim.NAdam; `mu_product`, the product of all steps' momentum, is kept per weight. */
class Nadam extends FirstOrderUpdate<Slot> {
  readonly #options: NadamOptions;

  constructor(trainables: readonly Trainable[], options: NadamOptions) {
    super(trainables, ({ shape }) => ({ exp_avg: shape, exp_avg_sq: shape, mu_product: [] }));
    this.#options = options;
  }

  protected override move(move: Move, { exp_avg: mean, exp_avg_sq: square, mu_product }: Record<Slot, Tensor>): void {
    const { beta1, decoupled_weight_decay } = this.#options;
    const { weight, count, learningRate } = move;
    const gradient = decayed(move, decoupled_weight_decay);
    const [momentum, next] = [this.#momentumAt(count + 1), this.#momentumAt(count + 2)];
    if (count === 0) aten.fill_.Scalar(mu_product, 1);
    aten.mul_.Scalar(mu_product, momentum);
    const product = mu_product.item();
    aten.lerp_.Scalar(mean, gradient, 1 - beta1);
    const root = rootMeanSquare(square, { gradient, count }, this.#options);
    const ofGradient = (-learningRate * (1 - momentum)) / (1 - product);
    const ofMean = (-learningRate * next) / (1 - product * next);
    aten.addcdiv_.default(weight, gradient, root, { value: ofGradient });
    aten.addcdiv_.default(weight, mean, root, { value: ofMean });
  }

  /** Momentum of a step, counted from 1. */
  #momentumAt(step: number): number {
    const { beta1, momentum_decay } = this.#options;
    return beta1 * (1 - 0.5 * 0.96 ** (step * momentum_decay));
  }
}

export const method = defineUpdate({ options, create: (trainables, options) => new Nadam(trainables, options) });
