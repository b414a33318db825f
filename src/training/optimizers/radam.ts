import { z } from 'zod';
import { aten, type Tensor } from '../../engine/tensor/index.ts';
import type { Trainable } from '../../methods/interfaces.ts';
import { defineUpdate } from '../../methods/method.ts';
import { adamOptions, decoupledWeightDecay } from './adam-options.ts';
import { decayed, FirstOrderUpdate, type Move } from './first-order.ts';
import { rectification } from './rectification.ts';

/** Adam whose first steps wait for a reliable second moment (Liu et al., 2020), so that no warm-up is needed. */
export const options = z.strictObject({ ...adamOptions, decoupled_weight_decay: decoupledWeightDecay(false) });

export type RadamOptions = z.output<typeof options>;

type Slot = 'exp_avg' | 'exp_avg_sq';

/** Length of the average from which torch's steps are adaptive. */
const LEAST_LENGTH = 5;

/** Equivalent to torch.optim.RAdam. */
class Radam extends FirstOrderUpdate<Slot> {
  readonly #options: RadamOptions;

  constructor(trainables: readonly Trainable[], options: RadamOptions) {
    super(trainables, ({ shape }) => ({ exp_avg: shape, exp_avg_sq: shape }));
    this.#options = options;
  }

  protected override move(move: Move, { exp_avg: mean, exp_avg_sq: square }: Record<Slot, Tensor>): void {
    const { beta1, beta2, epsilon, decoupled_weight_decay } = this.#options;
    const { weight, count, learningRate } = move;
    const gradient = decayed(move, decoupled_weight_decay);
    aten.lerp_.Scalar(mean, gradient, 1 - beta1);
    aten.addcmul_.default(aten.mul_.Scalar(square, beta2), gradient, gradient, { value: 1 - beta2 });
    const step = mean.div(1 - beta1 ** (count + 1)).mul(learningRate);
    const { length, factor } = rectification(count + 1, beta2);
    if (length <= LEAST_LENGTH) return void weight.copy_(weight.sub(step));
    const root = aten.sqrt.default(square).add(epsilon);
    const adaptive = factor * Math.sqrt(1 - beta2 ** (count + 1));
    weight.copy_(weight.sub(step.div(root).mul(adaptive)));
  }
}

export const method = defineUpdate({
  options,
  recipeDefaults: { training: { warmup_ratio: 0 } },
  create: (trainables, options) => new Radam(trainables, options),
});
