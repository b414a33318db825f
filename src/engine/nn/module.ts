import { empty, Tensor, type DType, type Shape } from '../tensor/index.ts';

/** A frozen weight in another storage form: with int8 copies, or in 4 bits. */
export interface Weight {
  readonly shape: Shape;
  /** Total bytes in memory. */
  readonly bytes: number;
  /** The weight's values, by default in the type before quantisation. */
  dense(dtype?: DType): Tensor;
  /** Operands of products in the current pass; undefined to use the weight itself. */
  operands(): WeightOperands | undefined;
  /** Dequantises only the given rows: ids int64 [N] → [N, …] */
  rows?(ids: Tensor, dtype: DType): Tensor;
  dispose(): void;
}

/** A storage form in which weights are loaded. */
export interface KeptWeight extends Weight {
  /** The same weight on a device; frees this one if it is on another. */
  moveTo(device: string): KeptWeight;
}

/** Arguments of `attune::linear_group`. */
export interface WeightOperands {
  /** The values or, if they are not in memory, a tensor of the same shape. */
  weight: Tensor;
  /** In the layout of `attune::int8_weight`; `turned` is the transpose, for the input's gradient. */
  int8?: { packed: Tensor; turned?: Tensor };
  /** Arguments of `attune::four_bit_dense`. */
  fourBit?: { parts: readonly Tensor[]; block: number };
}

/** A parameter's content. */
export type Stored = Tensor | Weight;

function isSame(one: Stored, other: Stored): boolean {
  return one === other || (one instanceof Tensor && other instanceof Tensor && one.id === other.id);
}

/** A weight with a name in checkpoints. It is on `meta` (a shape without memory) until it is loaded or initialised. */
export class Parameter {
  readonly shape: Shape;
  #tensor: Stored;
  /** Whether it is trained; set by the tuning. */
  trainable = false;

  constructor(shape: Shape, dtype: DType = 'f32') {
    this.shape = shape;
    this.#tensor = empty(shape, { dtype, device: 'meta' }).own();
  }

  /** The weight's values; quantised ones are dequantised at each access, in the current scope. */
  get tensor(): Tensor {
    return this.#tensor instanceof Tensor ? this.#tensor : this.#tensor.dense();
  }

  /** Storage form of the weight; undefined if it is a plain tensor. */
  get form(): Weight | undefined {
    return this.#tensor instanceof Tensor ? undefined : this.#tensor;
  }

  /** Takes ownership of a tensor or storage form and frees the previous one. */
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

  /** Swaps in another tensor and returns the previous one, for temporary switches. */
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

  /** The weight in the given type of activations; differentiable. */
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

/** Fixed values that a checkpoint may contain but that are never trained. */
export class ModuleBuffer extends Parameter {
  override setTrainable(value: boolean): void {
    if (value) throw new Error('a buffer cannot be trained');
  }
}

type Child = Module | readonly Module[];

/**
 * Part of a model. Parameters, buffers and submodules are enumerable properties, named as in checkpoints, so that
 * `layers.0.self_attn.q_proj.weight` is the path through the objects.
 */
export abstract class Module {
  /** This module and all modules below, with their paths, in order of definition. */
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

  /** Parameters and buffers of this module, by name. */
  *ownParameters(): Generator<[string, Parameter]> {
    for (const [name, value] of Object.entries(this)) if (value instanceof Parameter) yield [name, value];
  }

  /** Initial value of a parameter, if it is given by a formula (position tables) instead of being random. */
  fixedValue(_name: string, _options: { dtype: DType; device: string }): Tensor | undefined {
    return undefined;
  }

  /** Standard deviation of a parameter's initial values, if it differs from the configuration's. */
  initialDeviation(_name: string): number | undefined {
    return undefined;
  }

  /** Frees every weight. */
  dispose(): void {
    for (const [, parameter] of this.parameters()) parameter.dispose();
  }
}

/** Gives a module's parts other names in checkpoints; code keeps using the properties. */
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
