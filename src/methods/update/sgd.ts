import type { Tensor } from '../../tensor/index.ts';
import type { Trainable, Update } from '../../train/interfaces.ts';
import { FirstOrderUpdate, type Move, penalised } from './first-order.ts';
import type { SgdOptions } from './sgd.options.ts';

/** Equal to torch.optim.SGD: weight decay is a part of the gradient, and the first one is not dampened. */
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

export function create(trainables: readonly Trainable[], options: SgdOptions): Update {
  return new Sgd(trainables, options);
}
