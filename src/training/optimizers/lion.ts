import { z } from 'zod';
import { aten, type Tensor } from '../../engine/tensor/index.ts';
import type { Trainable } from '../../methods/interfaces.ts';
import { defineUpdate } from '../../methods/method.ts';
import { decay, FirstOrderUpdate, type Move } from './first-order.ts';

const beta = z.number().min(0).lt(1);

/**
 * Steps by the sign of the mean gradient (Chen et al., 2023): half of AdamW's memory; needs a learning rate three to
 * ten times smaller.
 */
export const options = z.strictObject({
  beta1: beta.default(0.9).describe('share of the mean gradient in the direction of a step'),
  beta2: beta.default(0.99).describe('decay of the mean gradient'),
});

export type LionOptions = z.output<typeof options>;

class Lion extends FirstOrderUpdate<'exp_avg'> {
  readonly #options: LionOptions;

  constructor(trainables: readonly Trainable[], options: LionOptions) {
    super(trainables, ({ shape }) => ({ exp_avg: shape }));
    this.#options = options;
  }

  protected override move(move: Move, { exp_avg: mean }: { exp_avg: Tensor }): void {
    const { beta1, beta2 } = this.#options;
    const { weight, gradient, learningRate } = move;
    decay(move);
    const direction = aten.sign.default(mean.mul(beta1).add(gradient.mul(1 - beta1)));
    weight.copy_(weight.sub(direction.mul(learningRate)));
    mean.copy_(mean.mul(beta2).add(gradient.mul(1 - beta2)));
  }
}

export const method = defineUpdate({ options, create: (trainables, options) => new Lion(trainables, options) });
