// n values of a weight, B blocks
import { z } from 'zod';
import { byBlocks, dynamicMap, nearestOf } from '../../engine/nn/index.ts';
import { fromArray, type Tensor } from '../../engine/tensor/index.ts';
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
/** The mean gradient is signed, the mean square is not. */
const maps = { signed: dynamicMap(), unsigned: dynamicMap({ isSigned: false }) };
const numbers = { signed: [...maps.signed], unsigned: [...maps.unsigned] };

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

  protected override move(move: Move, slots: Record<Slot, Tensor>): void {
    const { beta1, beta2, epsilon } = this.#options;
    const { weight, gradient, count, learningRate } = move;
    decay(move);
    const mean = stored(slots.state1, slots.absmax1, 'signed')
      .mul(beta1)
      .add(gradient.mul(1 - beta1));
    const square = stored(slots.state2, slots.absmax2, 'unsigned')
      .mul(beta2)
      .add(gradient.mul(gradient).mul(1 - beta2));
    const correction = Math.sqrt(1 - beta2 ** (count + 1));
    const rate = (learningRate * correction) / (1 - beta1 ** (count + 1));
    weight.copy_(weight.sub(mean.div(square.pow(0.5).add(epsilon * correction)).mul(rate)));
    store(mean, slots.state1, slots.absmax1, 'signed');
    store(square, slots.state2, slots.absmax2, 'unsigned');
  }
}

/** Decodes moments to f32, in the weight's shape. */
function stored(codes: Tensor, scales: Tensor, kind: keyof typeof maps): Tensor {
  if (codes.dtype !== 'u8') return codes;
  const values = fromArray(maps[kind]).toDevice(codes.device).indexSelect(0, codes.flatten().to('i32')); // [n]
  const perValue = scales.unsqueeze(1).expand(scales.size, BLOCK).flatten().narrow(0, 0, codes.size);
  return values.mul(perValue).reshape(...codes.shape);
}

function store(values: Tensor, codes: Tensor, scales: Tensor, kind: keyof typeof maps): void {
  if (codes.dtype !== 'u8') return void codes.copy_(values);
  const { fractions, sizes } = byBlocks(values.flatten(), BLOCK);
  codes.copy_(
    nearestOf(fractions, numbers[kind])
      .narrow(0, 0, codes.size)
      .reshape(...codes.shape),
  );
  scales.copy_(sizes);
}

export const method = defineUpdate({ options, create: (trainables, options) => new AdamW8bit(trainables, options) });
