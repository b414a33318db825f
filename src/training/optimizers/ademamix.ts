import { z } from 'zod';
import type { Tensor } from '../../engine/tensor/index.ts';
import type { Trainable } from '../../methods/interfaces.ts';
import { defineUpdate } from '../../methods/method.ts';
import { FirstOrderUpdate, type Move } from './first-order.ts';

const beta = z.number().min(0).lt(1);

/** AdamW with a second, slow mean of gradients (Pagliardini et al., 2024). */
export const options = z.strictObject({
  beta1: beta.default(0.9).describe('decay of the mean gradient'),
  beta2: beta.default(0.999).describe('decay of the mean squared gradient'),
  beta3: beta.default(0.9999).describe('decay of the slow mean gradient'),
  alpha: z.number().min(0).default(5).describe('weight of the slow mean'),
  epsilon: z.number().positive().default(1e-8).describe('added to the root of the second moment'),
  beta3_warmup: z.int().positive().nullable().default(null).describe('steps over which beta3 rises to its value'),
  alpha_warmup: z.int().positive().nullable().default(null).describe('steps over which alpha rises to its value'),
});

export type AdemamixOptions = z.output<typeof options>;

type Slot = 'exp_avg_fast' | 'exp_avg_slow' | 'exp_avg_sq';

class AdEMAMix extends FirstOrderUpdate<Slot> {
  readonly #options: AdemamixOptions;

  constructor(trainables: readonly Trainable[], options: AdemamixOptions) {
    super(trainables, ({ shape }) => ({ exp_avg_fast: shape, exp_avg_slow: shape, exp_avg_sq: shape }));
    this.#options = options;
  }

  protected override move({ weight, gradient, count, learningRate, weightDecay }: Move, slots: Record<Slot, Tensor>) {
    const { beta1, beta2, beta3, alpha, epsilon, beta3_warmup, alpha_warmup } = this.#options;
    const { exp_avg_fast: fast, exp_avg_slow: slow, exp_avg_sq: square } = slots;
    const step = count + 1;
    const slowDecay = warmDecay(step, { from: beta1, to: beta3, steps: beta3_warmup });
    const share = alpha * Math.min(1, step / (alpha_warmup ?? 1));
    fast.copy_(fast.mul(beta1).add(gradient.mul(1 - beta1)));
    slow.copy_(slow.mul(slowDecay).add(gradient.mul(1 - slowDecay)));
    square.copy_(square.mul(beta2).add(gradient.mul(gradient).mul(1 - beta2)));
    const root = square
      .pow(0.5)
      .div(Math.sqrt(1 - beta2 ** step))
      .add(epsilon);
    const direction = fast
      .div(1 - beta1 ** step)
      .add(slow.mul(share))
      .div(root);
    weight.copy_(weight.sub(direction.add(weight.mul(weightDecay)).mul(learningRate)));
  }
}

/** The slow mean's half-life grows linearly. */
function warmDecay(step: number, { from, to, steps }: { from: number; to: number; steps: number | null }): number {
  if (steps === null || step >= steps) return to;
  const halfLife = (beta: number) => Math.log(0.5) / Math.log(beta + 1e-8) - 1;
  const part = step / steps;
  return 0.5 ** (1 / ((1 - part) * halfLife(from) + part * halfLife(to) + 1));
}

export const method = defineUpdate({ options, create: (trainables, options) => new AdEMAMix(trainables, options) });
