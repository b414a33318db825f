import { attune, noGrad, scope, type DType, type Shape, type Tensor } from '../tensor/index.ts';
import { currentRandomness } from './dropout.ts';
import type { Parameter, Weight, WeightOperands } from './module.ts';

/** The most values in a row that sums of products in int8 hold. */
export const MOST_INT8_DEPTH = 2 ** 16;

/** When copies are read, and whether the input's gradient is made with one too. */
export interface Int8Use {
  when: 'training' | 'always';
  gradients: boolean;
}

/**
 * A weight with copies in int8: products of the forward read one, those of the input's gradient another, or else the
 * weight itself.
 */
export class Int8Weight implements Weight {
  readonly shape: Shape;
  readonly #numbers: Tensor;
  readonly #copies: { packed: Tensor; turned?: Tensor };
  readonly #when: Int8Use['when'];

  /** Takes the parameter's tensor over. */
  constructor({ shape, tensor }: Parameter, { when, gradients }: Int8Use) {
    this.shape = shape;
    this.#numbers = tensor;
    this.#when = when;
    const packed = packedOf(() => tensor);
    const isTurned = gradients && shape[0] <= MOST_INT8_DEPTH;
    this.#copies = isTurned ? { packed, turned: packedOf(() => tensor.transpose(0, 1)) } : { packed };
  }

  /** Bytes of the copies alone. */
  get size(): number {
    const { packed, turned } = this.#copies;
    return packed.size + (turned?.size ?? 0);
  }
  get bytes(): number {
    return this.#numbers.bytes + this.size;
  }

  dense(dtype?: DType): Tensor {
    return dtype === undefined ? this.#numbers : this.#numbers.to(dtype);
  }

  operands(): WeightOperands | undefined {
    if (this.#when === 'training' && currentRandomness() === undefined) return undefined;
    return { weight: this.#numbers, int8: this.#copies };
  }

  /** Gives the numbers back to the parameter, if it still has this form. */
  release(parameter: Parameter): void {
    if (parameter.form !== this) return;
    parameter.exchange(this.#numbers);
    this.#disposeCopies();
  }

  #disposeCopies(): void {
    this.#copies.packed.dispose();
    this.#copies.turned?.dispose();
  }

  dispose(): void {
    this.#numbers.dispose();
    this.#disposeCopies();
  }
}

function packedOf(weight: () => Tensor): Tensor {
  return noGrad(() => scope(() => attune.int8_weight.default(weight()).own()));
}
