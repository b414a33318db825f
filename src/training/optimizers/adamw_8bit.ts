import { z } from 'zod';
import { dynamicMap } from '../../engine/nn/index.ts';
import { attune, fromArray, type Tensor } from '../../engine/tensor/index.ts';
import type { Trainable } from '../../methods/interfaces.ts';
import { defineUpdate } from '../../methods/method.ts';
import { adamOptions } from './adam-options.ts';
import { decay, FirstOrderUpdate, type Move } from './first-order.ts';

/** AdamW with 8-bit moments (Dettmers et al., 2022): two bytes per weight instead of eight. */
export const options = z.strictObject({
  ...adamOptions,
  min_8bit_size: z.int().min(0).default(4096).describe('weights with fewer values keep their moments in f32'),
});

export type Adamw8bitOptions = z.output<typeof options>;

type Slot = 'state1' | 'absmax1' | 'state2' | 'absmax2';

/** Number of values that share a scale. */
const BLOCK = 256;
/** Numbers of the codes: the mean gradient is signed, the mean square is not. */
const [SIGNED, UNSIGNED] = [dynamicMap(), dynamicMap({ isSigned: false })];

/** Equivalent to bitsandbytes' AdamW8bit on CPU: decay first, moments and step in f32, then rounding to the nearest code. */
class AdamW8bit extends FirstOrderUpdate<Slot> {
  readonly #options: Adamw8bitOptions;

  constructor(trainables: readonly Trainable[], options: Adamw8bitOptions) {
    super(trainables, ({ shape, size }) => {
      if (size < options.min_8bit_size) return { state1: shape, absmax1: [0], state2: shape, absmax2: [0] };
      const blocks = [Math.ceil(size / BLOCK)];
      return { state1: { bytes: shape }, absmax1: blocks, state2: { bytes: shape }, absmax2: blocks };
    });
    this.#options = options;
  }

  protected override move(move: Move, { state1, absmax1, state2, absmax2 }: Record<Slot, Tensor>): void {
    const { beta1, beta2, epsilon } = this.#options;
    const { weight, gradient, count, learningRate } = move;
    decay(move);
    const correction = Math.sqrt(1 - beta2 ** (count + 1));
    const rate = (learningRate * correction) / (1 - beta1 ** (count + 1));
    if (state1.dtype === 'u8') {
      const [signed, unsigned] = [SIGNED, UNSIGNED].map((numbers) => fromArray(numbers).toDevice(weight.device));
      const moments = [state1, absmax1, state2, absmax2, signed, unsigned] as const;
      attune.adamw_8bit_.default(weight, gradient, ...moments, rate, beta1, beta2, epsilon * correction);
      return;
    }
    state1.copy_(state1.mul(beta1).add(gradient.mul(1 - beta1)));
    state2.copy_(state2.mul(beta2).add(gradient.mul(gradient).mul(1 - beta2)));
    weight.copy_(weight.sub(state1.div(state2.pow(0.5).add(epsilon * correction)).mul(rate)));
  }
}

export const method = defineUpdate({ options, create: (trainables, options) => new AdamW8bit(trainables, options) });
