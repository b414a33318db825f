// [..., R, C] of weights of two dimensions and more
import { z } from 'zod';
import { aten, type Tensor } from '../../engine/tensor/index.ts';
import type { Trainable } from '../../methods/interfaces.ts';
import { defineUpdate } from '../../methods/method.ts';
import { FirstOrderUpdate, type Move } from './first-order.ts';

/** Factored second moments, by rows and columns (Shazeer and Stern, 2018): needs almost no memory. */
export const options = z.strictObject({
  beta1: z.number().min(0).lt(1).nullable().default(null).describe('decay of the mean step (default: none)'),
  decay_rate: z.number().negative().default(-0.8).describe('decay of the second moment: 1 - step^decay_rate'),
  clip_threshold: z
    .number()
    .positive()
    .default(1)
    .describe('upper bound of the root mean square of a step, in learning rates'),
  epsilon: z.number().positive().default(1e-30).describe('added to squared gradients'),
  scale_parameter: z
    .boolean()
    .nullable()
    .default(null)
    .describe('scale steps by the root mean square of the weight (default: on with relative_step)'),
  least_scale: z
    .number()
    .positive()
    .default(1e-3)
    .describe('lower bound of that root mean square, with scale_parameter'),
  relative_step: z
    .boolean()
    .default(false)
    .describe(
      'steps of 0.01, falling with 1/sqrt(step) after 10,000 steps; the learning rate is then a factor, usually 1',
    ),
  warmup_init: z.boolean().default(false).describe('with relative_step: steps start at 1e-6 and rise by 1e-6 each'),
});

type Written = z.output<typeof options>;

export type AdafactorOptions = Written & { scale_parameter: boolean };

const ofRelativeSteps = { training: { learning_rate: 1, scheduler: 'constant', warmup_ratio: 0 } };

type Slot = 'exp_avg_sq_row' | 'exp_avg_sq_col' | 'exp_avg_sq' | 'exp_avg';

/** Equivalent to transformers' Adafactor. */
class Adafactor extends FirstOrderUpdate<Slot> {
  readonly #options: AdafactorOptions;

  constructor(trainables: readonly Trainable[], options: AdafactorOptions) {
    super(trainables, ({ shape }) => ({
      exp_avg_sq_row: shape.length > 1 ? shape.slice(0, -1) : [0],
      exp_avg_sq_col: shape.length > 1 ? [...shape.slice(0, -2), shape[shape.length - 1]] : [0],
      exp_avg_sq: shape.length > 1 ? [0] : shape,
      exp_avg: options.beta1 === null ? [0] : shape,
    }));
    this.#options = options;
  }

  protected override move({ weight, gradient, count, ...move }: Move, slots: Record<Slot, Tensor>): void {
    const { beta1, decay_rate: power, epsilon, clip_threshold: most } = this.#options;
    const rate = move.learningRate * this.#rateOf(weight, count + 1);
    const kept = 1 - (count + 1) ** power;
    const squares = gradient.mul(gradient).add(epsilon);
    const roots = weight.shape.length > 1 ? factored(slots, squares, kept) : whole(slots.exp_avg_sq, squares, kept);
    const step = gradient.mul(roots);
    let change = step.div(Math.max(1, rootMeanSquare(step) / most)).mul(rate);
    if (beta1 !== null) {
      slots.exp_avg.copy_(slots.exp_avg.mul(beta1).add(change.mul(1 - beta1)));
      change = slots.exp_avg;
    }
    const decayed = move.weightDecay > 0 ? weight.sub(weight.mul(move.weightDecay * rate)) : weight;
    weight.copy_(decayed.sub(change));
  }

  /** Learning rate of a step, counted from 1. */
  #rateOf(weight: Tensor, step: number): number {
    const { scale_parameter, least_scale, relative_step, warmup_init } = this.#options;
    const scale = scale_parameter ? Math.max(least_scale, rootMeanSquare(weight)) : 1;
    return relative_step ? scale * Math.min(warmup_init ? 1e-6 * step : 1e-2, 1 / Math.sqrt(step)) : scale;
  }
}

/** Inverse root of the second moment, from row and column means. */
function factored(
  { exp_avg_sq_row: row, exp_avg_sq_col: column }: Record<Slot, Tensor>,
  squares: Tensor,
  kept: number,
) {
  row.copy_(row.mul(kept).add(squares.mean(-1).mul(1 - kept)));
  column.copy_(column.mul(kept).add(squares.mean(-2).mul(1 - kept)));
  const ofRow = aten.rsqrt.default(row.div(row.mean(-1).unsqueeze(-1))).unsqueeze(-1);
  return ofRow.mul(aten.rsqrt.default(column).unsqueeze(-2));
}

function whole(second: Tensor, squares: Tensor, kept: number): Tensor {
  second.copy_(second.mul(kept).add(squares.mul(1 - kept)));
  return aten.rsqrt.default(second);
}

function rootMeanSquare(x: Tensor): number {
  return aten.linalg_vector_norm.default(x).item() / Math.sqrt(x.size);
}

export const method = defineUpdate({
  options: options.refine(({ relative_step, warmup_init }) => relative_step || !warmup_init, {
    path: ['warmup_init'],
    error: 'needs relative_step',
  }),
  complete: (given): AdafactorOptions => ({ ...given, scale_parameter: given.scale_parameter ?? given.relative_step }),
  recipeDefaults: ({ relative_step }) => (relative_step ? ofRelativeSteps : {}),
  create: (trainables, options) => new Adafactor(trainables, options),
});
