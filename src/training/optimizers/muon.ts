// [R, C] of matrices; other weights use AdamW
import { z } from 'zod';
import { aten, type Tensor } from '../../engine/tensor/index.ts';
import type { Trainable } from '../../methods/interfaces.ts';
import { defineUpdate } from '../../methods/method.ts';
import { decay, FirstOrderUpdate, type Move } from './first-order.ts';

const beta = z.number().min(0).lt(1);

/** Orthogonalised steps of matrices (Jordan et al., 2024; Liu et al., 2025); AdamW for the rest. */
export const options = z.strictObject({
  momentum: beta.default(0.95).describe('momentum of the gradients of matrices'),
  nesterov: z.boolean().default(true).describe('Nesterov momentum'),
  ns_steps: z.int().positive().max(20).default(5).describe('number of Newton-Schulz steps'),
  ns_dtype: z.enum(['f32', 'bf16']).default('f32').describe('compute type of those steps; the papers use bf16'),
  adjust_lr_fn: z
    .enum(['match_rms_adamw', 'original'])
    .default('match_rms_adamw')
    .describe("scaling of a matrix's step: to match AdamW's (Moonlight), or by its ratio of rows to columns (Jordan)"),
  beta1: beta.default(0.9).describe('for parameters other than matrices: decay of the mean gradient'),
  beta2: beta.default(0.95).describe('for parameters other than matrices: decay of the mean squared gradient'),
  epsilon: z
    .number()
    .positive()
    .default(1e-8)
    .describe('for parameters other than matrices: added to the root of the second moment'),
});

export type MuonOptions = z.output<typeof options>;

type Slot = 'momentum_buffer' | 'exp_avg' | 'exp_avg_sq';

interface Kind {
  /** Weight of a new gradient in the running average that is orthogonalised; 1 for a sum. */
  share(momentum: number): number;
  /** Moves a weight [R, C] along an orthogonal direction; rounds to bf16 where the published code does. */
  take(weight: Tensor, direction: Tensor, learningRate: number): void;
}

/** Named as in torch.optim.Muon. */
const kinds: Record<MuonOptions['adjust_lr_fn'], Kind> = {
  // Moonlight: scaled to the root mean square of AdamW's steps.
  match_rms_adamw: {
    share: () => 1,
    take(weight, direction, learningRate) {
      const [rows, columns] = weight.shape;
      weight.add_(direction, { alpha: -learningRate * 0.2 * Math.sqrt(Math.max(rows, columns)) });
    },
  },
  // Jordan.
  original: {
    share: (momentum) => 1 - momentum,
    take(weight, direction, learningRate) {
      const [rows, columns] = weight.shape;
      weight.add_(direction.mul(Math.sqrt(Math.max(1, rows / columns))), { alpha: -learningRate });
    },
  },
};

class Muon extends FirstOrderUpdate<Slot> {
  readonly #options: MuonOptions;

  constructor(trainables: readonly Trainable[], options: MuonOptions) {
    super(trainables, ({ shape }) => {
      const isMatrix = shape.length === 2;
      const ofOthers = isMatrix ? [0] : shape;
      return { momentum_buffer: isMatrix ? shape : [0], exp_avg: ofOthers, exp_avg_sq: ofOthers };
    });
    this.#options = options;
  }

  protected override move(move: Move, slots: Record<Slot, Tensor>): void {
    decay(move);
    if (move.weight.shape.length === 2) this.#moveMatrix(move, slots.momentum_buffer);
    else this.#moveOther(move, slots);
  }

  #moveMatrix({ weight, gradient, learningRate }: Move, sum: Tensor): void {
    const { momentum, nesterov, adjust_lr_fn } = this.#options;
    const { share, take } = kinds[adjust_lr_fn];
    sum.mul_(momentum).add_(gradient);
    const ahead = nesterov ? gradient.add(sum, { alpha: momentum }) : sum;
    take(weight, orthogonal(ahead.mul(share(momentum)), this.#options), learningRate);
  }

  #moveOther(
    { weight, gradient, learningRate, count }: Move,
    { exp_avg: mean, exp_avg_sq: square }: Record<Slot, Tensor>,
  ) {
    const { beta1, beta2, epsilon } = this.#options;
    mean.copy_(mean.mul(beta1).add(gradient.mul(1 - beta1)));
    square.copy_(square.mul(beta2).add(gradient.mul(gradient).mul(1 - beta2)));
    const scale = (1 - beta1 ** (count + 1)) / Math.sqrt(1 - beta2 ** (count + 1));
    const direction = mean.div(square.pow(0.5).add(epsilon));
    weight.copy_(weight.sub(direction.mul(learningRate / scale)));
  }
}

/** Approximates U Vᵀ of a matrix's singular value decomposition, with a polynomial that pulls all singular values towards 1. */
function orthogonal(matrix: Tensor, { ns_steps: steps, ns_dtype: dtype }: MuonOptions): Tensor {
  const [a, b, c] = [3.4445, -4.775, 2.0315];
  const isTall = matrix.shape[0] > matrix.shape[1];
  let x = (isTall ? matrix.transpose(0, 1) : matrix).to(dtype);
  x = x.div(aten.linalg_vector_norm.default(x).add(1e-7));
  for (let i = 0; i < steps; i++) {
    const square = x.matmul(x.transpose(0, 1));
    const factor = square.mul(b).add(square.mul(c).matmul(square));
    x = x.mul(a).add(factor.matmul(x));
  }
  return isTall ? x.transpose(0, 1) : x;
}

export const method = defineUpdate({ options, create: (trainables, options) => new Muon(trainables, options) });
