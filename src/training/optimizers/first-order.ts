import { aten, full, noGrad, scope, zeros, type Tensor } from '../../engine/tensor/index.ts';
import type { StepOptions, Trainable, Update } from '../../methods/interfaces.ts';
import { loadState } from '../../methods/update-state.ts';
import { gradientNorm } from '../gradient-norm.ts';

/** One weight's step. */
export interface Move {
  weight: Tensor;
  gradient: Tensor;
  /** The schedule's learning rate, times the weight's. */
  learningRate: number;
  /** The weight's learning rate relative to the schedule's. */
  rate: number;
  /** 0 for norms and biases. */
  weightDecay: number;
  /** Number of previous steps of this weight. */
  count: number;
}

type Slots<Slot extends string> = Record<Slot, Tensor>;

/** Shape of a state tensor: f32, or bytes. */
type SlotShape = readonly number[] | { bytes: readonly number[] };

/** Base of updates that move each weight by its own gradient; handles clipping, order and state. */
export abstract class FirstOrderUpdate<Slot extends string = string> implements Update {
  readonly #trainables: readonly Trainable[];
  readonly #slots: Slots<Slot>[];
  /** f32 scalars: number of steps of each weight. */
  readonly #counts: Tensor[];
  /** f64 scalars shared by all weights, by name. */
  readonly #shared: ReadonlyMap<string, Tensor>;

  /** `shapes`: of the state tensors per weight; `shared`: initial values of numbers shared by all weights. */
  constructor(
    trainables: readonly Trainable[],
    shapes: (weight: Tensor) => Record<Slot, SlotShape>,
    shared: Readonly<Record<string, number>> = {},
  ) {
    this.#trainables = trainables;
    this.#slots = trainables.map(({ parameter: { tensor: weight } }) => {
      const entries = Object.entries<SlotShape>(shapes(weight));
      const { device } = weight;
      return Object.fromEntries(entries.map(([name, shape]) => [name, zeroSlot(shape, device).own()])) as Slots<Slot>;
    });
    this.#counts = trainables.map(() => zeros([]).own());
    this.#shared = new Map(
      Object.entries(shared).map(([name, value]) => [name, full([], value, { dtype: 'f64' }).own()]),
    );
  }

  protected abstract move(move: Move, slots: Slots<Slot>): void;

  /** Moves all weights, one after the other by default. */
  protected moveAll(moves: readonly (Move & { slots: Slots<Slot> })[]): void {
    for (const { slots, ...move } of moves) scope(() => this.move(move, slots));
  }

  protected shared(name: string): number {
    return this.#shared.get(name)!.item();
  }

  protected setShared(name: string, value: number): void {
    this.#shared.get(name)!.copy_(full([], value, { dtype: 'f64' }));
  }

  /** State tensors of each weight. */
  protected *kept(): Generator<{ trainable: Trainable; slots: Slots<Slot>; count: number }> {
    for (const [i, trainable] of this.#trainables.entries())
      yield { trainable, slots: this.#slots[i], count: this.#counts[i].item() };
  }

  step(options: StepOptions): number {
    return noGrad(() => scope(() => this.#step(options)));
  }

  #step(options: StepOptions): number {
    const moving = [...this.#trainables.entries()].filter(([, { startsAt = 0 }]) => options.step >= startsAt);
    const present = moving.flatMap(([, { parameter }]) => parameter.tensor.grad ?? []);
    const norm = gradientNorm(present);
    if (options.maxGradNorm > 0 && norm > options.maxGradNorm)
      aten._foreach_mul_.Scalar(present, options.maxGradNorm / (norm + 1e-6));
    const moves = moving.flatMap(([i, { parameter, decays, rate = 1 }]) => {
      const { tensor: weight } = parameter;
      const gradient = weight.grad;
      if (gradient === undefined) return [];
      const count = this.#counts[i].item();
      const [learningRate, weightDecay] = [options.learningRate * rate, decays ? options.weightDecay : 0];
      return [{ i, weight, gradient, learningRate, rate, weightDecay, count, slots: this.#slots[i] }];
    });
    this.moveAll(moves);
    for (const { i } of moves) aten.add_.Scalar(this.#counts[i], 1);
    for (const { parameter } of this.#trainables) parameter.tensor.grad = undefined;
    return norm;
  }

  state(): Map<string, Tensor> {
    const shared = [...this.#shared].map(([name, tensor]): [string, Tensor] => [`all.${name}`, tensor]);
    return new Map(
      this.#trainables
        .flatMap(({ name }, i) => [
          ...Object.entries<Tensor>(this.#slots[i]).map(([slot, tensor]): [string, Tensor] => [
            `${name}.${slot}`,
            tensor,
          ]),
          [`${name}.step`, this.#counts[i]] as [string, Tensor],
        ])
        .concat(shared),
    );
  }

  load(state: ReadonlyMap<string, Tensor>): void {
    loadState(this.state(), state);
  }
}

function zeroSlot(shape: SlotShape, device: string): Tensor {
  return 'bytes' in shape ? zeros(shape.bytes, { device, dtype: 'u8' }) : zeros(shape, { device });
}

/** Decoupled weight decay. */
export function decay({ weight, learningRate, weightDecay }: Move): void {
  if (weightDecay > 0) aten.mul_.Scalar(weight, 1 - learningRate * weightDecay);
}

/** The gradient plus weight decay (L2). */
export function penalised({ weight, gradient, weightDecay }: Move): Tensor {
  return weightDecay > 0 ? gradient.add(weight, { alpha: weightDecay }) : gradient;
}

/** Applies weight decay of either kind; returns the gradient to follow. */
export function decayed(move: Move, isDecoupled: boolean): Tensor {
  if (!isDecoupled) return penalised(move);
  decay(move);
  return move.gradient;
}

/** Updates the mean square with a gradient; returns its bias-corrected root. */
export function rootMeanSquare(
  square: Tensor,
  { gradient, count }: Pick<Move, 'gradient' | 'count'>,
  { beta2, epsilon }: { beta2: number; epsilon: number },
): Tensor {
  aten.addcmul_.default(aten.mul_.Scalar(square, beta2), gradient, gradient, { value: 1 - beta2 });
  return aten.sqrt.default(square.div(1 - beta2 ** (count + 1))).add(epsilon);
}
