import { aten, type Tensor } from '../../tensor/index.ts';
import type { Trainable, Update } from '../../train/interfaces.ts';
import { FirstOrderUpdate, type Move, penalised } from './first-order.ts';
import type { RmspropOptions } from './rmsprop.options.ts';

type Slot = 'square_avg' | 'grad_avg' | 'momentum_buffer';

/** Equal to torch.optim.RMSprop. */
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
    // Rounding can take what is left below 0.
    const left = centered ? aten.clamp_min.default(aten.addcmul.default(square, mean, mean, { value: -1 }), 0) : square;
    const root = aten.sqrt.default(left).add(epsilon);
    if (momentum === 0) return void aten.addcdiv_.default(weight, gradient, root, { value: -learningRate });
    aten.addcdiv_.default(aten.mul_.Scalar(sum, momentum), gradient, root);
    weight.add_(sum, { alpha: -learningRate });
  }
}

type Slots = Record<Slot, Tensor>;

export function create(trainables: readonly Trainable[], options: RmspropOptions): Update {
  return new RmsProp(trainables, options);
}
