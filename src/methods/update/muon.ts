// [R, C] of weights of two dimensions; others are AdamW's
import { aten, type Tensor } from '../../tensor/index.ts';
import type { Trainable, Update } from '../../train/interfaces.ts';
import { decay, FirstOrderUpdate, type Move } from './first-order.ts';
import type { MuonOptions } from './muon.options.ts';

type Slot = 'momentum_buffer' | 'exp_avg' | 'exp_avg_sq';

/** What an orthogonal step of a matrix is multiplied by, by the names of torch.optim.Muon. */
const scales: Record<MuonOptions['adjust_lr_fn'], (rows: number, columns: number) => number> = {
  // To the root mean square of AdamW's steps.
  match_rms_adamw: (rows, columns) => 0.2 * Math.sqrt(Math.max(rows, columns)),
  original: (rows, columns) => Math.sqrt(Math.max(1, rows / columns)),
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
    const { momentum, nesterov, ns_steps: steps, adjust_lr_fn: adjust } = this.#options;
    sum.copy_(sum.mul(momentum).add(gradient));
    const ahead = nesterov ? gradient.add(sum.mul(momentum)) : sum;
    const scale = scales[adjust](weight.shape[0], weight.shape[1]);
    weight.copy_(weight.sub(orthogonal(ahead, steps).mul(learningRate * scale)));
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

/** About U Vᵀ of a matrix's singular value decomposition, by a polynomial that pulls all singular values towards 1. */
function orthogonal(matrix: Tensor, steps: number): Tensor {
  const [a, b, c] = [3.4445, -4.775, 2.0315];
  const isTall = matrix.shape[0] > matrix.shape[1];
  let x = isTall ? matrix.transpose(0, 1) : matrix;
  x = x.div(aten.linalg_vector_norm.default(x).add(1e-7));
  for (let i = 0; i < steps; i++) {
    const square = x.matmul(x.transpose(0, 1));
    const factor = square.mul(b).add(square.matmul(square).mul(c));
    x = x.mul(a).add(factor.matmul(x));
  }
  return isTall ? x.transpose(0, 1) : x;
}

export function create(trainables: readonly Trainable[], options: MuonOptions): Update {
  return new Muon(trainables, options);
}
