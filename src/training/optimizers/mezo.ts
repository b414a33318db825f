import { z } from 'zod';
import { keyedNormal } from '../../models/initialise.ts';
import { noGrad, scope, type Tensor } from '../../engine/tensor/index.ts';
import type { Driven, StepOptions, StepPasses, Trainable, Update } from '../../methods/interfaces.ts';
import { defineUpdate } from '../../methods/method.ts';

/**
 * Steps from two losses, without a backward pass (Malladi et al., "MeZO", 2023): needs the memory of inference, but a
 * hundred times as many steps.
 */
export const options = z.strictObject({
  epsilon: z.number().positive().default(1e-3).describe('size of the random perturbation of weights'),
});

export type MezoOptions = z.output<typeof options>;

/** A step's direction is regenerated from its key whenever needed, and never stored. */
class Mezo implements Update {
  readonly needs = 'losses';
  readonly #trainables: readonly Trainable[];
  readonly #options: MezoOptions;

  constructor(trainables: readonly Trainable[], options: MezoOptions) {
    this.#trainables = trainables;
    this.#options = options;
  }

  async drive(passes: StepPasses, options: DrivenOptions): Promise<Driven> {
    this.#shift(1, options);
    const ahead = sum(await passes.losses());
    this.#shift(-2, options);
    const behind = await passes.losses();
    this.#shift(1, options);
    const slope = (ahead - sum(behind)) / (2 * this.#options.epsilon);
    if (Number.isFinite(slope)) this.#move(slope, options);
    return { perRow: behind, gradNorm: Math.abs(slope) };
  }

  #shift(side: number, { step, seed }: DrivenOptions): void {
    this.#forEach({ step, seed }, (weight, direction) => {
      weight.copy_(weight.add(direction.mul(side * this.#options.epsilon)));
    });
  }

  #move(slope: number, { step, seed, ...options }: DrivenOptions): void {
    this.#forEach({ step, seed }, (weight, direction, { decays, rate = 1 }) => {
      const gradient = direction.mul(slope);
      const decay = decays && options.weightDecay > 0 ? weight.mul(options.weightDecay) : undefined;
      const change = decay === undefined ? gradient : gradient.add(decay);
      weight.copy_(weight.sub(change.mul(options.learningRate * rate)));
    });
  }

  #forEach(
    { step, seed }: { step: number; seed: number },
    body: (weight: Tensor, direction: Tensor, trainable: Trainable) => void,
  ): void {
    noGrad(() => {
      for (const trainable of this.#trainables) {
        if (step < (trainable.startsAt ?? 0)) continue;
        const { tensor: weight } = trainable.parameter;
        const key = { seed, path: `mezo:${step}:${trainable.name}` };
        scope(() => body(weight, keyedNormal([...weight.shape], key, 1), trainable));
      }
    });
  }

  step(): number {
    throw new Error('this optimiser needs losses, not gradients');
  }
  state(): Map<string, Tensor> {
    return new Map();
  }
  load(): void {}
}

type DrivenOptions = StepOptions & { seed: number };

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

export const method = defineUpdate({
  options,
  recipeDefaults: { training: { scheduler: 'constant', learning_rate: 1e-6 } },
  isOverAll: true,
  create: (trainables, options) => new Mezo(trainables, options),
});
