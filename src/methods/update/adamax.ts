import { aten, type Tensor } from '../../tensor/index.ts';
import type { Trainable, Update } from '../../train/interfaces.ts';
import type { AdamaxOptions } from './adamax.options.ts';
import { FirstOrderUpdate, type Move, penalised } from './first-order.ts';

type Slot = 'exp_avg' | 'exp_inf';

/** Equal to torch.optim.Adamax. */
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

export function create(trainables: readonly Trainable[], options: AdamaxOptions): Update {
  return new Adamax(trainables, options);
}
