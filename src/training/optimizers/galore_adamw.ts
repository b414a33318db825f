// [R, C] of a weight's gradient, r rank
import { z } from 'zod';
import { aten, type Tensor } from '../../engine/tensor/index.ts';
import type { Trainable } from '../../methods/interfaces.ts';
import { defineUpdate } from '../../methods/method.ts';
import { FirstOrderUpdate, type Move } from './first-order.ts';

const beta = z.number().min(0).lt(1);

/** AdamW on low-rank gradients (Zhao et al., "GaLore", 2024): trains all weights with the optimizer memory of LoRA. */
export const options = z.strictObject({
  rank: z
    .int()
    .positive()
    .default(128)
    .describe('rank of the projected gradients; matrices with no more rows or columns than that are not projected'),
  update_proj_gap: z.int().positive().default(200).describe('steps between updates of the projection'),
  scale: z.number().positive().default(0.25).describe('scaling of the projected update'),
  beta1: beta.default(0.9).describe('decay of the mean gradient'),
  beta2: beta.default(0.999).describe('decay of the mean squared gradient'),
  epsilon: z.number().positive().default(1e-6).describe('added to the root of the second moment'),
});

export type GaloreOptions = z.output<typeof options>;

type Slot = 'projector' | 'exp_avg' | 'exp_avg_sq';

class Galore extends FirstOrderUpdate<Slot> {
  readonly #options: GaloreOptions;

  constructor(trainables: readonly Trainable[], options: GaloreOptions) {
    super(trainables, ({ shape }) => shapesOf(shape, options.rank));
    this.#options = options;
  }

  protected override move({ weight, gradient, count, learningRate, weightDecay }: Move, slots: Record<Slot, Tensor>) {
    const { beta1, beta2, epsilon, scale, update_proj_gap: gap } = this.#options;
    const { projector, exp_avg: mean, exp_avg_sq: square } = slots;
    const isLow = projector.size > 0;
    if (isLow && count % gap === 0) projector.copy_(directions(gradient, this.#options.rank));
    const isTall = gradient.shape[0] >= gradient.shape[1];
    const low = !isLow
      ? gradient
      : isTall
        ? gradient.matmul(projector.transpose(0, 1))
        : projector.transpose(0, 1).matmul(gradient);
    mean.copy_(mean.mul(beta1).add(low.mul(1 - beta1)));
    square.copy_(square.mul(beta2).add(low.mul(low).mul(1 - beta2)));
    const step = mean.div(square.pow(0.5).add(epsilon));
    const back = !isLow ? step : (isTall ? step.matmul(projector) : projector.matmul(step)).mul(scale);
    const factor = Math.sqrt(1 - beta2 ** (count + 1)) / (1 - beta1 ** (count + 1));
    const moved = weight.sub(back.mul(learningRate * factor));
    weight.copy_(weightDecay > 0 ? moved.sub(moved.mul(learningRate * weightDecay)) : moved);
  }
}

function shapesOf(shape: readonly number[], rank: number): Record<Slot, readonly number[]> {
  const [rows, columns] = shape;
  if (shape.length !== 2 || Math.min(rows, columns) <= rank)
    return { projector: [0], exp_avg: shape, exp_avg_sq: shape };
  const isTall = rows >= columns;
  const low = isTall ? [rows, rank] : [rank, columns];
  return { projector: isTall ? [rank, columns] : [rows, rank], exp_avg: low, exp_avg_sq: low };
}

/** The gradient's first singular vectors on its shorter side: [r, C] if that is the columns, else [R, r]. */
function directions(gradient: Tensor, rank: number): Tensor {
  const [u, , vt] = aten.linalg_svd.default(gradient, { full_matrices: false });
  return gradient.shape[0] >= gradient.shape[1] ? vt.narrow(0, 0, rank) : u.narrow(1, 0, rank);
}

export const method = defineUpdate({ options, create: (trainables, options) => new Galore(trainables, options) });
