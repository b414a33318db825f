// x the average, y where gradients are taken, z where plain AdamW would be; a weight is y
import { aten, type Tensor } from '../../tensor/index.ts';
import type { Trainable, Update } from '../../train/interfaces.ts';
import { FirstOrderUpdate, type Move } from './first-order.ts';
import type { ScheduleFreeOptions } from './schedule_free.options.ts';

type Slot = 'z' | 'exp_avg_sq';
type Step = Move & { slots: Record<Slot, Tensor> };

/** Equal to schedulefree's AdamWScheduleFree; the warm-up is the run's own. */
class ScheduleFree extends FirstOrderUpdate<Slot> {
  readonly #options: ScheduleFreeOptions;
  #share = 0;

  constructor(trainables: readonly Trainable[], options: ScheduleFreeOptions) {
    super(trainables, ({ shape }) => ({ z: shape, exp_avg_sq: shape }), { steps: 0, weight_sum: 0, lr_max: 0 });
    this.#options = options;
  }

  protected override moveAll(moves: readonly Step[]): void {
    if (moves.length === 0) return;
    const { r, weight_lr_power: power } = this.#options;
    const steps = this.shared('steps') + 1;
    const largest = Math.max(this.shared('lr_max'), moves[0].learningRate / moves[0].rate);
    const weight = steps ** r * largest ** power;
    const sum = this.shared('weight_sum') + weight;
    this.#share = sum === 0 ? 0 : weight / sum;
    this.setShared('steps', steps);
    this.setShared('lr_max', largest);
    this.setShared('weight_sum', sum);
    super.moveAll(moves);
  }

  protected override move(
    { weight: y, gradient, count, ...move }: Move,
    { z, exp_avg_sq: square }: Step['slots'],
  ): void {
    const { beta1, beta2, epsilon } = this.#options;
    if (count === 0) z.copy_(y);
    square.copy_(square.mul(beta2).add(gradient.mul(gradient).mul(1 - beta2)));
    const root = square
      .div(1 - beta2 ** (count + 1))
      .pow(0.5)
      .add(epsilon);
    const direction = gradient.div(root).add(y.mul(move.weightDecay));
    const towards = aten.lerp.Scalar(y, z, this.#share);
    y.copy_(towards.add(direction.mul(move.learningRate * (beta1 * (1 - this.#share) - 1))));
    z.copy_(z.sub(direction.mul(move.learningRate)));
  }

  /** x from y = β₁ x + (1 - β₁) z. */
  averaged(): ReadonlyMap<Trainable, Tensor> {
    if (this.shared('steps') === 0) return new Map();
    const share = 1 - 1 / this.#options.beta1;
    return new Map(
      [...this.kept()].map(({ trainable, slots }) => [
        trainable,
        aten.lerp.Scalar(trainable.parameter.tensor.detach(), slots.z, share),
      ]),
    );
  }
}

export function create(trainables: readonly Trainable[], options: ScheduleFreeOptions): Update {
  return new ScheduleFree(trainables, options);
}
