import { z } from 'zod';
import { aten, noGrad, scope, zeros, type Tensor } from '../../engine/tensor/index.ts';
import type { StepOptions, Trainable, Update } from '../../methods/interfaces.ts';
import { defineUpdate } from '../../methods/method.ts';
import { loadState } from '../../methods/update-state.ts';
import { adamOptions, decoupledWeightDecay } from './adam-options.ts';
import { gradientNorm } from '../gradient-norm.ts';

/** Adam, by default with decoupled weight decay; its rate is training.weight_decay. */
export const options = z.strictObject({
  ...adamOptions,
  amsgrad: z.boolean().default(false).describe('divide by the largest second moment so far (Reddi et al., 2018)'),
  decoupled_weight_decay: decoupledWeightDecay(true),
});

export type AdamwOptions = z.output<typeof options>;

interface Moments {
  mean: Tensor;
  square: Tensor;
  /** Only with amsgrad. */
  largest?: Tensor;
  /** f32 scalar: the number of steps so far. */
  count: Tensor;
}

type Given = Pick<AdamwOptions, 'beta1' | 'beta2' | 'epsilon'> & Partial<AdamwOptions>;

/** libtorch's fused kernels: equivalent to torch.optim.AdamW(fused=True), and to Adam with coupled weight decay. */
export class AdamW implements Update {
  readonly #trainables: readonly Trainable[];
  readonly #options: AdamwOptions;
  readonly #moments: Moments[];
  readonly #groups: readonly Group[];

  constructor(trainables: readonly Trainable[], options: Given) {
    this.#trainables = trainables;
    this.#options = { amsgrad: false, decoupled_weight_decay: true, ...options };
    this.#groups = groupsOf(trainables);
    this.#moments = trainables.map(({ parameter: { tensor: weight } }) => ({
      mean: zeros(weight.shape, { device: weight.device }).own(),
      square: zeros(weight.shape, { device: weight.device }).own(),
      largest: this.#options.amsgrad ? zeros(weight.shape, { device: weight.device }).own() : undefined,
      count: zeros([], { device: weight.device }).own(),
    }));
  }

  step(options: StepOptions): number {
    return noGrad(() => scope(() => this.#step(options)));
  }

  #step(options: StepOptions): number {
    const gradients = this.#trainables.map(({ parameter, startsAt = 0 }) =>
      options.step < startsAt ? undefined : parameter.tensor.grad,
    );
    const present = gradients.filter((gradient) => gradient !== undefined);
    const norm = gradientNorm(present);
    if (options.maxGradNorm > 0 && norm > options.maxGradNorm) {
      aten._foreach_mul_.Scalar(present, options.maxGradNorm / (norm + 1e-6));
    }
    for (const { decays, rate, members } of this.#groups) {
      const group = members.filter((i) => gradients[i] !== undefined);
      const weightDecay = decays ? options.weightDecay : 0;
      this.#move(group, gradients as Tensor[], { ...options, weightDecay, learningRate: options.learningRate * rate });
    }
    for (const { parameter } of this.#trainables) parameter.tensor.grad = undefined;
    return norm;
  }

  #move(indices: readonly number[], gradients: readonly Tensor[], options: StepOptions): void {
    if (indices.length === 0) return;
    const moments = indices.map((i) => this.#moments[i]);
    const counts = moments.map((moment) => moment.count);
    aten._foreach_add_.Scalar(counts, 1);
    const { amsgrad, decoupled_weight_decay: isDecoupled } = this.#options;
    (isDecoupled ? aten._fused_adamw_.default : aten._fused_adam_.default)(
      indices.map((i) => this.#trainables[i].parameter.tensor),
      indices.map((i) => gradients[i]),
      moments.map((moment) => moment.mean),
      moments.map((moment) => moment.square),
      moments.flatMap(({ largest }) => largest ?? []),
      counts,
      {
        lr: options.learningRate,
        beta1: this.#options.beta1,
        beta2: this.#options.beta2,
        weight_decay: options.weightDecay,
        eps: this.#options.epsilon,
        amsgrad,
        maximize: false,
      },
    );
  }

  state(): Map<string, Tensor> {
    const state = new Map<string, Tensor>();
    for (const [i, { name }] of this.#trainables.entries()) {
      const { mean, square, largest, count } = this.#moments[i];
      state.set(`${name}.exp_avg`, mean);
      state.set(`${name}.exp_avg_sq`, square);
      if (largest !== undefined) state.set(`${name}.max_exp_avg_sq`, largest);
      state.set(`${name}.step`, count);
    }
    return state;
  }

  load(state: ReadonlyMap<string, Tensor>): void {
    loadState(this.state(), state);
  }
}

/** Weights with the same step settings. */
interface Group {
  decays: boolean;
  /** Learning rate relative to the schedule's. */
  rate: number;
  members: readonly number[];
}

/** Groups with decay first, then by descending rate. */
function groupsOf(trainables: readonly Trainable[]): Group[] {
  const rates = [...new Set(trainables.map(({ rate = 1 }) => rate))].toSorted((a, b) => b - a);
  return [true, false].flatMap((decays) =>
    rates.map((rate) => {
      const isMember = (i: number) => trainables[i].decays === decays && (trainables[i].rate ?? 1) === rate;
      return { decays, rate, members: [...trainables.keys()].filter(isMember) };
    }),
  );
}

export function create(trainables: readonly Trainable[], options: Given): Update {
  return new AdamW(trainables, options);
}

export const method = defineUpdate({
  options,
  create,
});
