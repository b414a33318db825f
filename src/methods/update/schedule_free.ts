import { aten, type Tensor } from '../../tensor/index.ts';
import type { Trainable, Update } from '../../train/interfaces.ts';
import { AveragedSteps } from './averaged-steps.ts';
import { type Move, rootMeanSquare } from './first-order.ts';
import type { ScheduleFreeOptions } from './schedule_free.options.ts';

type Slot = 'exp_avg_sq' | 'exp_avg';

/** Equal to schedulefree's AdamWScheduleFree. */
class ScheduleFree extends AveragedSteps<Slot> {
  readonly #options: ScheduleFreeOptions;

  constructor(trainables: readonly Trainable[], options: ScheduleFreeOptions) {
    const shapes = ({ shape }: Tensor) => ({ exp_avg_sq: shape, exp_avg: options.inner_momentum > 0 ? shape : [0] });
    super(trainables, shapes, { ...options, nearness: options.beta1 });
    this.#options = options;
  }

  protected override direction(move: Move, { exp_avg_sq: square, exp_avg: mean }: Record<Slot, Tensor>): Tensor {
    const { inner_momentum: momentum } = this.#options;
    const { gradient, count } = move;
    const root = rootMeanSquare(square, move, this.#options);
    if (momentum === 0) return gradient.div(root);
    aten.mul_.Scalar(mean, momentum).add_(gradient, { alpha: 1 - momentum });
    return mean.div(1 - momentum ** (count + 1)).div(root);
  }
}

export function create(trainables: readonly Trainable[], options: ScheduleFreeOptions): Update {
  return new ScheduleFree(trainables, options);
}
