import { z } from 'zod';
import { greatest } from '../../base/many.ts';
import { aten, type Tensor } from '../../engine/tensor/index.ts';
import type { Trainable } from '../../methods/interfaces.ts';
import { defineUpdate } from '../../methods/method.ts';
import { adamOptions, decoupledWeightDecay } from './adam-options.ts';
import { FirstOrderUpdate, penalised, type Move } from './first-order.ts';

/** AdamW that estimates its own step size (Mishchenko and Defazio, 2023): the learning rate is a factor of it, usually 1. */
export const options = z.strictObject({
  ...adamOptions,
  beta3: z
    .number()
    .min(0)
    .lt(1)
    .nullable()
    .default(null)
    .describe('decay of the sums in the estimate (default: square root of beta2)'),
  epsilon: adamOptions.epsilon.describe('added to the root of the second moment, times the step size'),
  d0: z.number().positive().default(1e-6).describe('first estimate of the step size'),
  d_coef: z.number().positive().default(1).describe('factor of the estimated step size; below 1 for smaller steps'),
  growth_rate: z
    .number()
    .gt(1)
    .nullable()
    .default(null)
    .describe('maximum growth of the estimate per step (default: unlimited)'),
  use_bias_correction: z.boolean().default(false).describe("Adam's bias correction of the first steps"),
  decoupled_weight_decay: decoupledWeightDecay(true),
  safeguard_warmup: z.boolean().default(true).describe('ignore the warm-up in the estimate'),
});

type Written = z.output<typeof options>;

export type ProdigyOptions = Written & { beta3: number };

type Slot = 'exp_avg' | 'exp_avg_sq' | 's' | 'p0';
type Step = Move & { slots: Record<Slot, Tensor> };

/** Equivalent to prodigyopt's Prodigy. The estimate `d` is shared by all weights. */
class Prodigy extends FirstOrderUpdate<Slot> {
  readonly #options: ProdigyOptions;

  constructor(trainables: readonly Trainable[], options: ProdigyOptions) {
    const shapes = ({ shape }: Tensor) => ({ exp_avg: shape, exp_avg_sq: shape, s: shape, p0: shape });
    super(trainables, shapes, { d: options.d0, d_max: options.d0, d_numerator: 0 });
    this.#options = options;
  }

  protected override moveAll(given: readonly Step[]): void {
    const { d0, beta3, decoupled_weight_decay: isDecoupled } = this.#options;
    const d = this.shared('d');
    const steps = given.length === 0 ? 0 : d * this.#rateOf(given);
    if (steps === 0) return;
    const moves = isDecoupled ? given : given.map((one) => ({ ...one, gradient: penalised(one), weightDecay: 0 }));
    let numerator = this.shared('d_numerator') * beta3;
    let denominator = 0;
    for (const move of moves) {
      const sums = this.#observe(move, { d, steps });
      numerator += (d / d0) * steps * sums.along;
      denominator += sums.size;
    }
    this.setShared('d_numerator', numerator);
    if (denominator === 0) return;
    const next = this.#estimate(numerator / denominator, d);
    for (const move of moves) this.#take(move, { d: next, steps: steps * move.rate });
  }

  /**
   * The schedule's rate; bias correction, if requested, is that of the weight with the most steps, since all share the
   * step size.
   */
  #rateOf(moves: readonly Step[]): number {
    const { beta1, beta2, use_bias_correction: isCorrected } = this.#options;
    const learningRate = moves[0].learningRate / moves[0].rate;
    const step = greatest(moves.map(({ count }) => count)) + 1;
    return isCorrected ? (learningRate * Math.sqrt(1 - beta2 ** step)) / (1 - beta1 ** step) : learningRate;
  }

  /** Updates the moments with a gradient. */
  #observe({ weight, gradient, count, slots }: Step, { d, steps }: { d: number; steps: number }) {
    const { beta1, beta2, beta3, d0, safeguard_warmup: isSafe } = this.#options;
    const { exp_avg: mean, exp_avg_sq: square, s, p0 } = slots;
    if (count === 0) p0.copy_(weight);
    mean.copy_(mean.mul(beta1).add(gradient.mul(d * (1 - beta1))));
    square.copy_(square.mul(beta2).add(gradient.mul(gradient).mul(d * d * (1 - beta2))));
    s.copy_(s.mul(beta3).add(gradient.mul((d / d0) * (isSafe ? d : steps))));
    return { along: gradient.mul(p0.sub(weight)).sum().item(), size: aten.abs.default(s).sum().item() };
  }

  #estimate(found: number, d: number): number {
    const { d_coef: factor, d0, growth_rate: growth } = this.#options;
    const estimate = factor * found;
    const largest = Math.max(this.shared('d_max'), estimate);
    this.setShared('d_max', largest);
    const next = Math.min(largest, (d === d0 ? Math.max(d, estimate) : d) * (growth ?? Infinity));
    this.setShared('d', next);
    return next;
  }

  #take({ weight, weightDecay, slots }: Step, { d, steps }: { d: number; steps: number }): void {
    const root = slots.exp_avg_sq.pow(0.5).add(d * this.#options.epsilon);
    const decayed = weightDecay > 0 ? weight.sub(weight.mul(weightDecay * steps)) : weight;
    weight.copy_(decayed.sub(slots.exp_avg.div(root).mul(steps)));
  }

  protected override move(): void {
    throw new Error('weights move together');
  }
}

export const method = defineUpdate({
  options,
  complete: (given): ProdigyOptions => ({ ...given, beta3: given.beta3 ?? Math.sqrt(given.beta2) }),
  recipeDefaults: { training: { learning_rate: 1 } },
  isOverAll: true,
  create: (trainables, options) => new Prodigy(trainables, options),
});
