import { engine } from './engine.ts';
import { dtypeBytes, dtypeOfCode, type DType } from './dtype.ts';
import type { TensorId } from './native.ts';
import type { Tensor } from './tensor.ts';

/**
 * A handle to a tensor in the engine's table, with its metadata. Inside a `scope`, it is freed at the scope's end;
 * outside, its creator must free it: `using`, or `dispose()`.
 */
export class TensorHandle implements Disposable {
  readonly id: TensorId;
  #shape: readonly number[] | undefined;
  #dtype: DType | undefined;
  #device: string | undefined;

  constructor(id: TensorId) {
    this.id = id;
  }

  /** Sizes, outermost first. */
  get shape(): readonly number[] {
    this.#shape ??= engine().shape(this.id);
    return this.#shape;
  }

  get dtype(): DType {
    this.#dtype ??= dtypeOfCode(engine().dtype(this.id));
    return this.#dtype;
  }

  /** `cpu`, `cuda:0`, `meta`, … */
  get device(): string {
    this.#device ??= engine().device(this.id);
    return this.#device;
  }

  get isLive(): boolean {
    return engine().isLive(this.id);
  }

  /** Number of elements. */
  get size(): number {
    return this.shape.reduce((product, size) => product * size, 1);
  }

  /** Bytes of its values, on any device. */
  get bytes(): number {
    return this.size * dtypeBytes[this.dtype];
  }

  dispose(): void {
    engine().release(this.id);
  }

  [Symbol.dispose](): void {
    this.dispose();
  }
}

/** Set by tensor.ts: operators create tensors without importing the class, whose methods use operators. */
export const tensors: { make: (id: TensorId) => Tensor } = {
  make: () => {
    throw new Error('src/engine/tensor/tensor.ts was not imported');
  },
};
