import { z } from 'zod';
import { aten, type Tensor } from '../../engine/tensor/index.ts';
import type { Trainable } from '../../methods/interfaces.ts';
import { defineUpdate } from '../../methods/method.ts';
import { adamOptions } from './adam-options.ts';
import { FirstOrderUpdate, penalised, type Move } from './first-order.ts';

/** Adam with a decaying maximum of gradients instead of their mean square (Kingma and Ba, 2015); weight decay is L2. */
export const options = z.strictObject({
  ...adamOptions,
  beta2: adamOptions.beta2.describe('decay of the largest gradient'),
  epsilon: adamOptions.epsilon.describe('added to the absolute value of each gradient'),
});

export type AdamaxOptions = z.output<typeof options>;

type Slot = 'exp_avg' | 'exp_inf';

/** Equivalent to torch.optim.Adamax. */
class Adamax extends FirstOrderUpdate<Slot> {
  readonly #options: AdamaxOptions;

  constructor(trainables: readonly Trainable[], options: AdamaxOptions) {
    super(trainables, ({ shape }) => ({ exp_avg: shape, exp_inf: shape }));
    this.#options = options;
  }

  protected override move(move: Move, { exp_avg: mean, exp_inf: largest }: Record<Slot, Tensor>): void {
    const { beta1, beta2, epsilon } = this.#options;
    const { weight, count, learningRate } = move;
    const gradient = penalised(move);
    aten.lerp_.Scalar(mean, gradient, 1 - beta1);
    largest.copy_(aten.maximum.default(largest.mul(beta2), aten.abs.default(gradient).add(epsilon)));
    aten.addcdiv_.default(weight, mean, largest, { value: -learningRate / (1 - beta1 ** (count + 1)) });
  }
}

export const method = defineUpdate({ options, create: (trainables, options) => new Adamax(trainables, options) });
