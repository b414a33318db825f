import type { Tensor } from '../../tensor/index.ts';
import type { Trainable, Update } from '../../train/interfaces.ts';
import { AveragedSteps } from './averaged-steps.ts';
import { type Move, rootMeanSquare } from './first-order.ts';
import { rectification } from './rectification.ts';
import type { ScheduleFreeRadamOptions } from './schedule_free_radam.options.ts';

/** Length of the average from which schedulefree's steps are adaptive. */
const LEAST_LENGTH = 4;

/** Equal to schedulefree's RAdamScheduleFree. */
class ScheduleFreeRadam extends AveragedSteps<'exp_avg_sq'> {
  readonly #options: ScheduleFreeRadamOptions;

  constructor(trainables: readonly Trainable[], options: ScheduleFreeRadamOptions) {
    super(trainables, ({ shape }) => ({ exp_avg_sq: shape }), { ...options, nearness: options.beta1 });
    this.#options = options;
  }

  protected override rateAt(step: number): number {
    const { length, factor } = rectification(step, this.#options.beta2);
    if (length > LEAST_LENGTH) return factor;
    return this.#options.silent_sgd_phase ? 0 : 1;
  }

  protected override direction(move: Move, { exp_avg_sq: square }: { exp_avg_sq: Tensor }): Tensor {
    const root = rootMeanSquare(square, move, this.#options);
    const { length } = rectification(move.count + 1, this.#options.beta2);
    return length > LEAST_LENGTH ? move.gradient.div(root) : move.gradient;
  }
}

export function create(trainables: readonly Trainable[], options: ScheduleFreeRadamOptions): Update {
  return new ScheduleFreeRadam(trainables, options);
}
