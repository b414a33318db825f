import { aten, type Tensor } from '../../tensor/index.ts';
import type { Trainable, Update } from '../../train/interfaces.ts';
import type { AdagradOptions } from './adagrad.options.ts';
import { FirstOrderUpdate, type Move, penalised } from './first-order.ts';

/** Equal to torch.optim.Adagrad. */
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

export function create(trainables: readonly Trainable[], options: AdagradOptions): Update {
  return new Adagrad(trainables, options);
}
