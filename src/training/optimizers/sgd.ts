import { z } from 'zod';
import type { Tensor } from '../../engine/tensor/index.ts';
import type { Trainable } from '../../methods/interfaces.ts';
import { defineUpdate } from '../../methods/method.ts';
import { FirstOrderUpdate, penalised, type Move } from './first-order.ts';

/** Gradient descent with momentum: least memory; needs a learning rate ten to a hundred times larger than AdamW. */
export const options = z.strictObject({
  momentum: z.number().min(0).lt(1).default(0.9).describe('momentum: decay of the summed gradients; 0: none'),
  dampening: z.number().min(0).default(0).describe('share of a gradient that is not added to the sum'),
  nesterov: z.boolean().default(false).describe('Nesterov momentum; needs momentum above 0'),
});

export type SgdOptions = z.output<typeof options>;

/** Equivalent to torch.optim.SGD: weight decay is part of the gradient, and the first gradient is not dampened. */
class Sgd extends FirstOrderUpdate<'momentum_buffer'> {
  readonly #options: SgdOptions;

  constructor(trainables: readonly Trainable[], options: SgdOptions) {
    super(trainables, ({ shape }) => ({ momentum_buffer: options.momentum > 0 ? shape : [0] }));
    this.#options = options;
  }

  protected override move(move: Move, { momentum_buffer: sum }: { momentum_buffer: Tensor }): void {
    const { momentum, dampening, nesterov } = this.#options;
    const { weight, learningRate, count } = move;
    let direction = penalised(move);
    if (momentum > 0) {
      sum.copy_(sum.mul(momentum).add(direction, { alpha: count === 0 ? 1 : 1 - dampening }));
      direction = nesterov ? direction.add(sum.mul(momentum)) : sum;
    }
    weight.copy_(weight.sub(direction.mul(learningRate)));
  }
}

export const method = defineUpdate({
  options: options.refine(({ momentum, dampening, nesterov }) => !nesterov || (momentum > 0 && dampening === 0), {
    path: ['nesterov'],
    error: 'needs a momentum above 0 and no dampening',
  }),
  create: (trainables, options) => new Sgd(trainables, options),
});
