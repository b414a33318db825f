import type { Tensor } from '../../tensor/index.ts';
import type { Trainable, Update } from '../../train/interfaces.ts';
import { FirstOrderUpdate, type Move } from './first-order.ts';
import type { SgdOptions } from './sgd.options.ts';

/** Equal to torch.optim.SGD: weight decay is a part of the gradient, and no dampening. */
class Sgd extends FirstOrderUpdate<'momentum_buffer'> {
  readonly #options: SgdOptions;

  constructor(trainables: readonly Trainable[], options: SgdOptions) {
    super(trainables, ({ shape }) => ({ momentum_buffer: options.momentum > 0 ? shape : [0] }));
    this.#options = options;
  }

  protected override move(move: Move, { momentum_buffer: sum }: { momentum_buffer: Tensor }): void {
    const { momentum, nesterov } = this.#options;
    const { weight, gradient, learningRate, weightDecay } = move;
    let direction = weightDecay > 0 ? gradient.add(weight.mul(weightDecay)) : gradient;
    if (momentum > 0) {
      sum.copy_(sum.mul(momentum).add(direction));
      direction = nesterov ? direction.add(sum.mul(momentum)) : sum;
    }
    weight.copy_(weight.sub(direction.mul(learningRate)));
  }
}

export function create(trainables: readonly Trainable[], options: SgdOptions): Update {
  return new Sgd(trainables, options);
}
