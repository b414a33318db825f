import { z } from 'zod';
import { aten, type Tensor } from '../../engine/tensor/index.ts';
import type { Trainable } from '../../methods/interfaces.ts';
import { defineUpdate } from '../../methods/method.ts';
import { FirstOrderUpdate, penalised, type Move } from './first-order.ts';

/** Divides gradients by the root of their mean square (Tieleman and Hinton, 2012): half of AdamW's memory, with its learning rates. */
export const options = z.strictObject({
  alpha: z.number().min(0).lt(1).default(0.99).describe('decay of the mean squared gradient'),
  epsilon: z.number().positive().default(1e-8).describe('added to the root of the second moment'),
  momentum: z.number().min(0).lt(1).default(0).describe('momentum: decay of the summed steps; 0: none'),
  centered: z.boolean().default(false).describe('divide by the standard deviation: subtract the squared mean gradient'),
});

export type RmspropOptions = z.output<typeof options>;

type Slot = 'square_avg' | 'grad_avg' | 'momentum_buffer';

/** Equivalent to torch.optim.RMSprop. */
class RmsProp extends FirstOrderUpdate<Slot> {
  readonly #options: RmspropOptions;

  constructor(trainables: readonly Trainable[], options: RmspropOptions) {
    super(trainables, ({ shape }) => ({
      square_avg: shape,
      grad_avg: options.centered ? shape : [0],
      momentum_buffer: options.momentum > 0 ? shape : [0],
    }));
    this.#options = options;
  }

  protected override move(move: Move, { square_avg: square, grad_avg: mean, momentum_buffer: sum }: Slots): void {
    const { alpha, epsilon, momentum, centered } = this.#options;
    const { weight, learningRate } = move;
    const gradient = penalised(move);
    aten.addcmul_.default(aten.mul_.Scalar(square, alpha), gradient, gradient, { value: 1 - alpha });
    if (centered) aten.lerp_.Scalar(mean, gradient, 1 - alpha);
    // Rounding may make the difference slightly negative.
    const left = centered ? aten.clamp_min.default(aten.addcmul.default(square, mean, mean, { value: -1 }), 0) : square;
    const root = aten.sqrt.default(left).add(epsilon);
    if (momentum === 0) return void aten.addcdiv_.default(weight, gradient, root, { value: -learningRate });
    aten.addcdiv_.default(aten.mul_.Scalar(sum, momentum), gradient, root);
    weight.add_(sum, { alpha: -learningRate });
  }
}

type Slots = Record<Slot, Tensor>;

export const method = defineUpdate({ options, create: (trainables, options) => new RmsProp(trainables, options) });
