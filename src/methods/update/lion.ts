import { aten, type Tensor } from '../../tensor/index.ts';
import type { Trainable, Update } from '../../train/interfaces.ts';
import { decay, FirstOrderUpdate, type Move } from './first-order.ts';
import type { LionOptions } from './lion.options.ts';

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

export function create(trainables: readonly Trainable[], options: LionOptions): Update {
  return new Lion(trainables, options);
}
