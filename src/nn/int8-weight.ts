import { attune, noGrad, scope, type Tensor } from '../tensor/index.ts';
import { currentRandomness } from './dropout.ts';
import type { Parameter } from './module.ts';

/** The most values in a row that sums of products in int8 hold. */
export const MOST_INT8_DEPTH = 2 ** 16;

/** When copies are read, and whether the input's gradient is made with one too. */
export interface Int8Use {
  when: 'training' | 'always';
  gradients: boolean;
}

/**
 * A weight's copies in int8: products of the forward read one, those of the input's gradient another, or else the
 * weight itself.
 */
export class Int8Weight {
  /** [O, D] as `attune::int8_weight` lays it out; a byte for each value, and the scales. */
  readonly packed: Tensor;
  /** The same of [D, O], with a scale for each column of the weight. */
  readonly turned?: Tensor;
  readonly #weight: Parameter;
  readonly #source: number;
  readonly #when: Int8Use['when'];

  constructor(weight: Parameter, { when, gradients }: Int8Use) {
    this.#weight = weight;
    this.#source = weight.tensor.id;
    this.#when = when;
    this.packed = packedOf(() => weight.tensor);
    if (gradients && weight.tensor.shape[0] <= MOST_INT8_DEPTH)
      this.turned = packedOf(() => weight.tensor.transpose(0, 1));
  }

  /** Bytes of all copies. */
  get size(): number {
    return this.packed.size + (this.turned?.size ?? 0);
  }

  dispose(): void {
    this.packed.dispose();
    this.turned?.dispose();
  }

  /** Whether the pass under way reads it: never once another weight is in place of the one that was rounded. */
  get isRead(): boolean {
    if (this.#weight.tensor.id !== this.#source) return false;
    return this.#when === 'always' || currentRandomness() !== undefined;
  }
}

function packedOf(weight: () => Tensor): Tensor {
  return noGrad(() => scope(() => attune.int8_weight.default(weight()).own()));
}
