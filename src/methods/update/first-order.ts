import { aten, noGrad, scope, stack, zeros, type Tensor } from '../../tensor/index.ts';
import type { StepOptions, Trainable, Update } from '../../train/interfaces.ts';

/** One weight's move. */
export interface Move {
  weight: Tensor;
  gradient: Tensor;
  /** The schedule's rate, times that of the weight. */
  learningRate: number;
  /** 0 for norms and biases. */
  weightDecay: number;
  /** Moves of this weight before. */
  count: number;
}

type Slots<Slot extends string> = Record<Slot, Tensor>;

/** An update that moves one weight after the other by its own gradient: clipping, order and state are common. */
export abstract class FirstOrderUpdate<Slot extends string = string> implements Update {
  readonly #trainables: readonly Trainable[];
  readonly #slots: Slots<Slot>[];
  /** f32 scalars: moves of each weight. */
  readonly #counts: Tensor[];

  /** `shapes`: of the tensors that are kept for a weight. */
  constructor(trainables: readonly Trainable[], shapes: (weight: Tensor) => Record<Slot, readonly number[]>) {
    this.#trainables = trainables;
    this.#slots = trainables.map(({ parameter: { tensor: weight } }) => {
      const entries = Object.entries<readonly number[]>(shapes(weight));
      const { device } = weight;
      return Object.fromEntries(entries.map(([name, shape]) => [name, zeros(shape, { device }).own()])) as Slots<Slot>;
    });
    this.#counts = trainables.map(() => zeros([]).own());
  }

  protected abstract move(move: Move, slots: Slots<Slot>): void;

  step(options: StepOptions): number {
    return noGrad(() => scope(() => this.#step(options)));
  }

  #step(options: StepOptions): number {
    const moving = [...this.#trainables.entries()].filter(([, { startsAt = 0 }]) => options.step >= startsAt);
    const present = moving.flatMap(([, { parameter }]) => parameter.tensor.grad ?? []);
    const norm = gradientNorm(present);
    if (options.maxGradNorm > 0 && norm > options.maxGradNorm)
      aten._foreach_mul_.Scalar(present, options.maxGradNorm / (norm + 1e-6));
    for (const [i, { parameter, decays, rate = 1 }] of moving) {
      const { tensor: weight } = parameter;
      const gradient = weight.grad;
      if (gradient === undefined) continue;
      const count = this.#counts[i].item();
      const weightDecay = decays ? options.weightDecay : 0;
      const move = { weight, gradient, learningRate: options.learningRate * rate, weightDecay, count };
      scope(() => this.move(move, this.#slots[i]));
      aten.add_.Scalar(this.#counts[i], 1);
    }
    for (const { parameter } of this.#trainables) parameter.tensor.grad = undefined;
    return norm;
  }

  state(): Map<string, Tensor> {
    return new Map(
      this.#trainables.flatMap(({ name }, i) => [
        ...Object.entries<Tensor>(this.#slots[i]).map(([slot, tensor]): [string, Tensor] => [
          `${name}.${slot}`,
          tensor,
        ]),
        [`${name}.step`, this.#counts[i]] as [string, Tensor],
      ]),
    );
  }

  load(state: ReadonlyMap<string, Tensor>): void {
    noGrad(() => {
      for (const [name, own] of this.state()) {
        const saved = state.get(name);
        if (saved === undefined) throw new Error(`the optimiser's state lacks ${name}`);
        own.copy_(saved);
      }
    });
  }
}

/** The norm of all gradients together, computed tensor by tensor and then over the norms (as torch's clip_grad_norm_). */
export function gradientNorm(gradients: readonly Tensor[]): number {
  if (gradients.length === 0) return 0;
  const norms = aten._foreach_norm.Scalar(gradients);
  return aten.linalg_vector_norm.default(stack(norms)).item();
}

/** Decoupled weight decay. */
export function decay({ weight, learningRate, weightDecay }: Move): void {
  if (weightDecay > 0) aten.mul_.Scalar(weight, 1 - learningRate * weightDecay);
}
