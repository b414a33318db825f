import { attune, noGrad, scope, type DType, type Shape, type Tensor } from '../tensor/index.ts';
import { currentRandomness } from './dropout.ts';
import type { Parameter, Weight, WeightOperands } from './module.ts';

/** Maximum number of products that int8 accumulation can sum without overflow. */
export const MOST_INT8_DEPTH = 2 ** 16;

/** When to use int8 copies, and whether also for the input's gradient. */
export interface Int8Use {
  when: 'training' | 'always';
  gradients: boolean;
}

/**
 * A weight with int8 copies: one for forward products and, optionally, one for the input's gradient, which otherwise
 * uses the weight itself.
 */
export class Int8Weight implements Weight {
  readonly shape: Shape;
  readonly #numbers: Tensor;
  readonly #copies: { packed: Tensor; turned?: Tensor };
  readonly #when: Int8Use['when'];

  /** Takes over the parameter's tensor. */
  constructor({ shape, tensor }: Parameter, { when, gradients }: Int8Use) {
    this.shape = shape;
    this.#numbers = tensor;
    this.#when = when;
    const packed = packedOf(() => tensor);
    const isTurned = gradients && shape[0] <= MOST_INT8_DEPTH;
    this.#copies = isTurned ? { packed, turned: packedOf(() => tensor.transpose(0, 1)) } : { packed };
  }

  /** Bytes of the copies. */
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

  /** Returns the tensor to the parameter, unless its form has changed since. */
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
