// n values of a weight, B blocks of them
import { attune, noGrad, zeros, type DType, type Shape, type Tensor } from '../tensor/index.ts';
import type { KeptWeight, WeightOperands } from './module.ts';

/** A weight quantised in blocks of its flattened values. */
export interface FourBitParts {
  /** Two codes per byte, the first in the high nibble: u8 [⌈n / 2⌉] */
  codes: Tensor;
  /** Values of the codes: f32 [16] */
  table: Tensor;
  /** Largest magnitude of each block: f32 [B], or its codes u8 [B] */
  scales: Tensor;
  /** Double quantisation: the largest scale per block of 256, the values of the 256 codes, and the common offset. */
  nested?: { scales: Tensor; map: Tensor; offset: Tensor };
}

/** A weight in 4 bits (Dettmers et al., "QLoRA", 2023). */
export class FourBitWeight implements KeptWeight {
  readonly shape: Shape;
  readonly #parts: readonly Tensor[];
  readonly #block: number;
  readonly #dtype: DType;
  /** An empty tensor of the weight's shape. */
  readonly #like: Tensor;

  /** Takes ownership of the tensors. `dtype`: the weight's type before quantisation. */
  constructor(parts: FourBitParts, { shape, block, dtype }: { shape: Shape; block: number; dtype: DType }) {
    const { codes, table, scales, nested } = parts;
    this.shape = shape;
    this.#block = block;
    this.#dtype = dtype;
    this.#parts = [codes, table, scales, ...(nested ? [nested.scales, nested.map, nested.offset] : [])];
    for (const part of this.#parts) part.own();
    this.#like = zeros([1], { dtype, device: codes.device })
      .expand(...shape)
      .own();
  }

  get bytes(): number {
    return this.#parts.reduce((sum, part) => sum + part.bytes, 0);
  }

  dense(dtype: DType = this.#dtype): Tensor {
    return noGrad(() => attune.four_bit_dense.default(this.#parts, this.shape, this.#block, dtype));
  }

  operands(): WeightOperands {
    return { weight: this.#like, fourBit: { parts: this.#parts, block: this.#block } };
  }

  moveTo(device: string): FourBitWeight {
    if (device === this.#like.device) return this;
    const [codes, table, scales, ...rest] = this.#parts.map((part) => part.toDevice(device));
    const [inner, map, offset] = rest;
    const nested = rest.length === 0 ? {} : { nested: { scales: inner, map, offset } };
    const { shape } = this;
    const moved = new FourBitWeight(
      { codes, table, scales, ...nested },
      { shape, block: this.#block, dtype: this.#dtype },
    );
    this.dispose();
    return moved;
  }

  dispose(): void {
    for (const part of [...this.#parts, this.#like]) part.dispose();
  }
}
