import { z } from 'zod';
import { aten, type Tensor } from '../../engine/tensor/index.ts';
import type { Trainable } from '../../methods/interfaces.ts';
import { defineUpdate } from '../../methods/method.ts';
import { FirstOrderUpdate, penalised, type Move } from './first-order.ts';

/** Divides gradients by the root of their summed squares (Duchi et al., 2011), so steps become shorter; half of AdamW's memory. */
export const options = z.strictObject({
  lr_decay: z.number().min(0).default(0).describe('the rate is divided by 1 + lr_decay * previous steps'),
  initial_accumulator_value: z.number().min(0).default(0).describe('initial value of the sums of squares'),
  epsilon: z.number().positive().default(1e-10).describe('added to the root of the sum'),
});

export type AdagradOptions = z.output<typeof options>;

/** Equivalent to torch.optim.Adagrad. */
class Adagrad extends FirstOrderUpdate<'sum'> {
  readonly #options: AdagradOptions;

  constructor(trainables: readonly Trainable[], options: AdagradOptions) {
    super(trainables, ({ shape }) => ({ sum: shape }));
    this.#options = options;
  }

  protected override move(move: Move, { sum }: { sum: Tensor }): void {
    const { lr_decay, initial_accumulator_value: first, epsilon } = this.#options;
    const { weight, count, learningRate } = move;
    const gradient = penalised(move);
    if (count === 0) aten.fill_.Scalar(sum, first);
    aten.addcmul_.default(sum, gradient, gradient);
    const root = aten.sqrt.default(sum).add(epsilon);
    aten.addcdiv_.default(weight, gradient, root, { value: -learningRate / (1 + count * lr_decay) });
  }
}

export const method = defineUpdate({ options, create: (trainables, options) => new Adagrad(trainables, options) });
