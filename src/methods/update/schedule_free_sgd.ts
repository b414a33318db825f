import type { Tensor } from '../../tensor/index.ts';
import type { Trainable, Update } from '../../train/interfaces.ts';
import { AveragedSteps } from './averaged-steps.ts';
import type { Move } from './first-order.ts';
import type { ScheduleFreeSgdOptions } from './schedule_free_sgd.options.ts';

/** Equal to schedulefree's SGDScheduleFree. */
class ScheduleFreeSgd extends AveragedSteps<never> {
  constructor(trainables: readonly Trainable[], options: ScheduleFreeSgdOptions) {
    super(trainables, () => ({}), { ...options, nearness: options.momentum });
  }

  protected override direction({ gradient }: Move): Tensor {
    return gradient;
  }
}

export function create(trainables: readonly Trainable[], options: ScheduleFreeSgdOptions): Update {
  return new ScheduleFreeSgd(trainables, options);
}
