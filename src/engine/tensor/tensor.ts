import { dtypeCode, dtypeOfArray, isFloating, typedArrayOver, type DType, type NumericArray } from './dtype.ts';
import { engine } from './engine.ts';
import { TensorHandle, tensors } from './handle.ts';
import { aten } from './operators.ts';
import { isDetectingLeaks, watchForLeak } from './scope.ts';

export type Scalar = number | boolean | bigint;
export type Shape = readonly number[];

/**
 * A tensor with the methods that are most readable in model code; all other operators are in `aten`. Names and
 * semantics are PyTorch's. Methods ending in `_` change the tensor in place and return it.
 */
export class Tensor extends TensorHandle {
  add(other: Tensor | Scalar, options?: { alpha?: Scalar }): Tensor {
    return other instanceof Tensor ? aten.add.Tensor(this, other, options) : aten.add.Scalar(this, other, options);
  }
  sub(other: Tensor | Scalar): Tensor {
    return other instanceof Tensor ? aten.sub.Tensor(this, other) : aten.sub.Scalar(this, other);
  }
  mul(other: Tensor | Scalar): Tensor {
    return other instanceof Tensor ? aten.mul.Tensor(this, other) : aten.mul.Scalar(this, other);
  }
  div(other: Tensor | Scalar): Tensor {
    return other instanceof Tensor ? aten.div.Tensor(this, other) : aten.div.Scalar(this, other);
  }
  neg(): Tensor {
    return aten.neg.default(this);
  }
  exp(): Tensor {
    return aten.exp.default(this);
  }
  pow(exponent: Scalar): Tensor {
    return aten.pow.Tensor_Scalar(this, exponent);
  }
  matmul(other: Tensor): Tensor {
    return aten.matmul.default(this, other);
  }

  /** Sum over `dim`, or over everything. */
  sum(dim?: number | readonly number[], options?: { keepdim?: boolean; dtype?: DType }): Tensor {
    if (dim === undefined) return aten.sum.default(this);
    return aten.sum.dim_IntList(this, typeof dim === 'number' ? [dim] : dim, options);
  }
  mean(dim?: number | readonly number[], options?: { keepdim?: boolean }): Tensor {
    if (dim === undefined) return aten.mean.default(this);
    return aten.mean.dim(this, typeof dim === 'number' ? [dim] : dim, options);
  }
  argmax(dim: number): Tensor {
    return aten.argmax.default(this, { dim });
  }
  softmax(dim: number): Tensor {
    return aten.softmax.int(this, dim);
  }
  logSoftmax(dim: number): Tensor {
    return aten.log_softmax.int(this, dim);
  }
  eq(other: Tensor | Scalar): Tensor {
    return other instanceof Tensor ? aten.eq.Tensor(this, other) : aten.eq.Scalar(this, other);
  }

  reshape(...shape: number[]): Tensor {
    return aten.reshape.default(this, shape);
  }
  transpose(first: number, second: number): Tensor {
    return aten.transpose.int(this, first, second);
  }
  permute(...dims: number[]): Tensor {
    return aten.permute.default(this, dims);
  }
  unsqueeze(dim: number): Tensor {
    return aten.unsqueeze.default(this, dim);
  }
  squeeze(dim: number): Tensor {
    return aten.squeeze.dim(this, dim);
  }
  expand(...shape: number[]): Tensor {
    return aten.expand.default(this, shape);
  }
  flatten(start = 0, end = -1): Tensor {
    return aten.flatten.using_ints(this, { start_dim: start, end_dim: end });
  }
  /** `length` entries of `dim` from `start`: a view. */
  narrow(dim: number, start: number, length: number): Tensor {
    return aten.narrow.default(this, dim, start, length);
  }
  /** One entry of `dim`, which is removed: a view. */
  select(dim: number, index: number): Tensor {
    return aten.select.int(this, dim, index);
  }
  /** Rows (along `dim`) selected by an int64 index tensor. */
  indexSelect(dim: number, index: Tensor): Tensor {
    return aten.index_select.default(this, dim, index);
  }
  gather(dim: number, index: Tensor): Tensor {
    return aten.gather.default(this, dim, index);
  }
  split(sizes: readonly number[], dim = 0): Tensor[] {
    return aten.split_with_sizes.default(this, sizes, { dim });
  }
  chunk(count: number, dim = 0): Tensor[] {
    return aten.chunk.default(this, count, { dim });
  }
  contiguous(): Tensor {
    return aten.contiguous.default(this);
  }
  clone(): Tensor {
    return aten.clone.default(this);
  }

  /** Converts to a type; returns the tensor itself if it has that type already. */
  to(dtype: DType): Tensor {
    return this.dtype === dtype ? this : aten.to.dtype(this, dtypeCode[dtype]);
  }
  toDevice(device: string): Tensor {
    if (this.device === device) return this;
    // Leaves of a graph are copied by an operator that records it.
    if (this.requiresGrad) return aten.to.device(this, device, dtypeCode[this.dtype]);
    return new Tensor(engine().upload(this.id, device));
  }

  add_(other: Tensor | Scalar, options?: { alpha?: Scalar }): this {
    if (other instanceof Tensor) aten.add_.Tensor(this, other, options);
    else aten.add_.Scalar(this, other, options);
    return this;
  }
  mul_(other: Tensor | Scalar): this {
    if (other instanceof Tensor) aten.mul_.Tensor(this, other);
    else aten.mul_.Scalar(this, other);
    return this;
  }
  zero_(): this {
    aten.zero_.default(this);
    return this;
  }
  copy_(source: Tensor): this {
    aten.copy_.default(this, source);
    return this;
  }

  /** The same memory, detached from the graph. */
  detach(): Tensor {
    return aten.detach.default(this);
  }
  get requiresGrad(): boolean {
    return engine().requiresGrad(this.id);
  }
  /** Makes a leaf require gradients. */
  setRequiresGrad(value = true): this {
    engine().setRequiresGrad(this.id, value);
    return this;
  }
  /** Accumulated gradient. A new handle at each call, owned by the current scope. */
  get grad(): Tensor | undefined {
    const id = engine().gradOf(this.id);
    return id === undefined ? undefined : new Tensor(id);
  }
  set grad(value: Tensor | undefined) {
    engine().setGrad(this.id, value?.id);
  }

  /** Moves the tensor out of its scope: it lives until `dispose()`. */
  own(): this {
    engine().own(this.id);
    watchForLeak(this);
    return this;
  }
  /** Another owned handle to the same tensor. */
  alias(): Tensor {
    return watched(new Tensor(engine().alias(this.id)));
  }

  /** The value of a tensor with one element. */
  item(): number {
    return engine().item(this.id);
  }
  /** The elements without a copy, in row order; bf16 and f16 as raw 16 bits. The array keeps the memory alive. */
  data(): NumericArray {
    const plain = this.device === 'cpu' ? this.contiguous() : this.toDevice('cpu').contiguous();
    return typedArrayOver(plain.dtype, engine().toBytes(plain.id));
  }
  /** The elements as JavaScript numbers, in row order. */
  toNumbers(): number[] {
    if (this.dtype === 'c64') throw new TypeError('complex numbers have no single JavaScript number: use data()');
    return Array.from(this.to('f64').data() as Float64Array);
  }
}

tensors.make = (id) => watched(new Tensor(id));

function watched(tensor: Tensor): Tensor {
  if (isDetectingLeaks() && engine().depth() === 0) watchForLeak(tensor);
  return tensor;
}

/** A tensor that shares the array's memory. */
export function fromArray(
  array: NumericArray,
  shape: Shape = [array.length],
  dtype: DType = dtypeOfArray(array),
): Tensor {
  return new Tensor(engine().fromArray(array, shape, dtypeCode[dtype]));
}

/** A new tensor from plain numbers. */
export function tensor(
  values: readonly number[],
  options: { shape?: Shape; dtype?: DType; device?: string } = {},
): Tensor {
  const { shape = [values.length], dtype = 'f32', device = 'cpu' } = options;
  const whole = !isFloating(dtype) && dtype !== 'c64';
  const array = whole ? BigInt64Array.from(values, BigInt) : Float64Array.from(values);
  return fromArray(array, shape).to(dtype).toDevice(device);
}

export interface FactoryOptions {
  dtype?: DType;
  device?: string;
}

export function zeros(shape: Shape, options: FactoryOptions = {}): Tensor {
  return aten.zeros.default(shape, options);
}

export function ones(shape: Shape, options: FactoryOptions = {}): Tensor {
  return aten.ones.default(shape, options);
}

/** Uninitialised memory. */
export function empty(shape: Shape, options: FactoryOptions = {}): Tensor {
  return aten.empty.memory_format(shape, options);
}

export function full(shape: Shape, value: Scalar, options: FactoryOptions = {}): Tensor {
  return aten.full.default(shape, value, options);
}

/** 0 … end-1 as int64. */
export function arange(end: number, options: FactoryOptions = {}): Tensor {
  return aten.arange.default(end, { dtype: 'i64', ...options });
}

export function cat(parts: readonly Tensor[], dim = 0): Tensor {
  return parts.length === 1 ? parts[0] : aten.cat.default(parts, { dim });
}

export function stack(parts: readonly Tensor[], dim = 0): Tensor {
  return aten.stack.default(parts, { dim });
}
