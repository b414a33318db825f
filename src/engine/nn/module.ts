import { empty, Tensor, type DType, type Shape } from '../tensor/index.ts';

/** A frozen weight that is kept in another form than its numbers alone: with copies in int8, or in 4 bits. */
export interface Weight {
  readonly shape: Shape;
  /** All that it keeps. */
  readonly bytes: number;
  /** The numbers that it stands for, in the type that they were quantised from unless another is given. */
  dense(dtype?: DType): Tensor;
  /** Operands of products in the current pass; undefined if the weight itself is used. */
  operands(): WeightOperands | undefined;
  dispose(): void;
}

/** Arguments of `attune::linear_group`. */
export interface WeightOperands {
  /** The numbers, or where they are not in memory something of their shape. */
  weight: Tensor;
  /** As `attune::int8_weight` lays it out; `turned` is that of the transpose, for the input's gradient. */
  int8?: { packed: Tensor; turned?: Tensor };
  /** As `attune::four_bit_dense` takes it. */
  fourBit?: { parts: readonly Tensor[]; block: number };
}

/** A parameter's content. */
export type Stored = Tensor | Weight;

function isSame(one: Stored, other: Stored): boolean {
  return one === other || (one instanceof Tensor && other instanceof Tensor && one.id === other.id);
}

/**
 * A weight with a name in the checkpoint. It starts on `meta` (a shape without memory) until a checkpoint or an
 * initialiser gives it values.
 */
export class Parameter {
  readonly shape: Shape;
  #tensor: Stored;
  /** Whether the optimiser moves it; set by the tuning method. */
  trainable = false;

  constructor(shape: Shape, dtype: DType = 'f32') {
    this.shape = shape;
    this.#tensor = empty(shape, { dtype, device: 'meta' }).own();
  }

  /** The weight's numbers; where they are packed they are unpacked anew each time, for the scope under way. */
  get tensor(): Tensor {
    return this.#tensor instanceof Tensor ? this.#tensor : this.#tensor.dense();
  }

  /** The form that the weight is kept in; undefined where that is its numbers and nothing else. */
  get form(): Weight | undefined {
    return this.#tensor instanceof Tensor ? undefined : this.#tensor;
  }

  /** Takes over the tensor, or another form of it (and frees what was there before). */
  assign(tensor: Stored): void {
    if (tensor.shape.join() !== this.shape.join()) {
      throw new Error(
        `a parameter of shape [${this.shape.join(', ')}] cannot take a tensor of shape [${tensor.shape.join(', ')}]`,
      );
    }
    const before = this.#tensor;
    this.#tensor = tensor instanceof Tensor ? tensor.own() : tensor;
    if (!isSame(before, tensor)) before.dispose();
    if (this.trainable) this.setTrainable(true);
  }

  /** Puts another tensor in place and gives back what was there before, still alive: to switch weights for a while. */
  exchange(tensor: Stored): Stored {
    const before = this.#tensor;
    this.#tensor = tensor;
    return before;
  }

  setTrainable(value: boolean): void {
    this.trainable = value;
    if (this.#tensor instanceof Tensor) this.#tensor.setRequiresGrad(value);
    else if (value) throw new Error('a weight kept in a quantised form cannot be trained');
  }

  /** The weight in the type of the activations that it meets; differentiable. */
  value(dtype: DType): Tensor {
    return this.#tensor instanceof Tensor ? this.#tensor.to(dtype) : this.#tensor.dense(dtype);
  }

  /** Bytes in memory. */
  get bytes(): number {
    return this.#tensor.bytes;
  }

  dispose(): void {
    this.#tensor.dispose();
  }

  get size(): number {
    return this.shape.reduce((product, size) => product * size, 1);
  }
}

/** Fixed numbers that a checkpoint may hold but no optimiser moves. */
export class ModuleBuffer extends Parameter {
  override setTrainable(value: boolean): void {
    if (value) throw new Error('a buffer cannot be trained');
  }
}

type Child = Module | readonly Module[];

/**
 * A piece of a model. Parameters, buffers and submodules are its own enumerable properties, named as the checkpoint
 * names them, so a path such as `layers.0.self_attn.q_proj.weight` is the path through the objects.
 */
export abstract class Module {
  /** This module and all below it, with their paths, in the order of definition. */
  *modules(path = ''): Generator<[string, Module]> {
    yield [path, this];
    for (const [name, child] of this.children()) yield* child.modules(join(path, name));
  }

  *children(): Generator<[string, Module]> {
    for (const [name, value] of Object.entries(this) as [string, Child | unknown][]) {
      if (value instanceof Module) yield [name, value];
      else if (Array.isArray(value)) {
        for (const [index, item] of value.entries()) if (item instanceof Module) yield [`${name}.${index}`, item];
      }
    }
  }

  /** All parameters and buffers below, by path. */
  *parameters(path = ''): Generator<[string, Parameter]> {
    for (const [modulePath, module] of this.modules(path)) {
      for (const [name, parameter] of module.ownParameters()) yield [join(modulePath, name), parameter];
    }
  }

  /** Parameters and buffers of this module itself, by name. */
  *ownParameters(): Generator<[string, Parameter]> {
    for (const [name, value] of Object.entries(this)) if (value instanceof Parameter) yield [name, value];
  }

  /** The first value of a parameter where a formula gives it (position tables), not chance. */
  fixedValue(_name: string, _options: { dtype: DType; device: string }): Tensor | undefined {
    return undefined;
  }

  /** The standard deviation of a parameter's first values, where it is not the one of the model's configuration. */
  initialDeviation(_name: string): number | undefined {
    return undefined;
  }

  /** Frees every weight. */
  dispose(): void {
    for (const [, parameter] of this.parameters()) parameter.dispose();
  }
}

/** Gives parts of a module other names in checkpoints; code reads them by the property as before. */
export function renamed<Part extends Module>(module: Part, names: Readonly<Record<string, string>>): Part {
  for (const [property, name] of Object.entries(names)) {
    if (!Object.hasOwn(module, property)) continue;
    const value: unknown = module[property as keyof Part];
    Object.defineProperty(module, property, { enumerable: false });
    Object.assign(module, { [name]: value });
  }
  return module;
}

export function join(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`;
}
