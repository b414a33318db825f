// x the average, y where gradients are taken, z where the plain steps would be; a weight is y
import { aten, type Tensor } from '../../engine/tensor/index.ts';
import type { Trainable } from '../../methods/interfaces.ts';
import { FirstOrderUpdate, type Move } from './first-order.ts';

export interface AveragingOptions {
  r: number;
  weight_lr_power: number;
}

type Slots<Slot extends string> = Record<Slot | 'z', Tensor>;

/**
 * Schedule-free optimizers, which average steps instead of decaying the rate (Defazio et al., 2024): equivalent to the
 * schedulefree package, with the run's warm-up. Subclasses only differ in the direction.
 */
export abstract class AveragedSteps<Slot extends string> extends FirstOrderUpdate<Slot | 'z'> {
  readonly #averaging: AveragingOptions;
  /** Interpolation between plain steps and average at which gradients are computed. */
  readonly #nearness: number;
  /** Weight of the current step in the average. */
  #share = 0;

  constructor(
    trainables: readonly Trainable[],
    shapes: (weight: Tensor) => Record<Slot, readonly number[]>,
    { nearness, ...averaging }: AveragingOptions & { nearness: number },
  ) {
    super(trainables, (weight) => ({ z: weight.shape, ...shapes(weight) }) as Record<Slot | 'z', readonly number[]>, {
      steps: 0,
      weight_sum: 0,
      lr_max: 0,
    });
    this.#averaging = averaging;
    this.#nearness = nearness;
  }

  /** Direction of descent, before weight decay, in the weight's shape. */
  protected abstract direction(move: Move, slots: Slots<Slot>): Tensor;

  /** Factor of the learning rate; steps count from 1. */
  protected rateAt(_step: number): number {
    return 1;
  }

  protected override moveAll(moves: readonly (Move & { slots: Slots<Slot> })[]): void {
    if (moves.length === 0) return;
    const { r, weight_lr_power: power } = this.#averaging;
    const steps = this.shared('steps') + 1;
    const rate = (moves[0].learningRate / moves[0].rate) * this.rateAt(steps);
    const largest = Math.max(this.shared('lr_max'), rate);
    const weight = steps ** r * largest ** power;
    const sum = this.shared('weight_sum') + weight;
    this.#share = sum === 0 ? 0 : weight / sum;
    this.setShared('steps', steps);
    this.setShared('lr_max', largest);
    this.setShared('weight_sum', sum);
    super.moveAll(moves);
  }

  protected override move(move: Move, slots: Slots<Slot>): void {
    const { weight: y, weightDecay, count } = move;
    const { z } = slots;
    if (count === 0) z.copy_(y);
    const rate = move.learningRate * this.rateAt(count + 1);
    const plain = this.direction(move, slots);
    const direction = weightDecay > 0 ? plain.add(y, { alpha: weightDecay }) : plain;
    const towards = aten.lerp.Scalar(y, z, this.#share);
    y.copy_(towards.add(direction, { alpha: rate * (this.#nearness * (1 - this.#share) - 1) }));
    z.add_(direction, { alpha: -rate });
  }

  /** Recovers x from y = nearness x + (1 - nearness) z. */
  averaged(): ReadonlyMap<Trainable, Tensor> {
    const share = 1 - 1 / this.#nearness;
    // Weights that have not been trained yet have no z.
    const moved = [...this.kept()].filter(({ count }) => count > 0);
    return new Map(
      moved.map(({ trainable, slots }) => [
        trainable,
        aten.lerp.Scalar(trainable.parameter.tensor.detach(), slots.z, share),
      ]),
    );
  }
}
