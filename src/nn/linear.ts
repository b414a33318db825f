import { aten, type Tensor } from '../tensor/index.ts';
import { fusedLinear, layerProduct, type LowRank } from './linear-fused.ts';
import { Module, Parameter } from './module.ts';

/** One product that adds to a layer's output: `hidden [N, D] × weight [V, D]ᵀ`. */
export interface Term {
  hidden: Tensor;
  weight: Tensor;
}

/**
 * A change of a linear layer's input, output or both (LoRA, OFT, (IA)³, …) while the layer's own weight keeps its path.
 * Adapters live in the tuning's tree, not in the model's.
 */
export interface LinearAdapter {
  /** What the layer's own weight is multiplied with in place of x `[…, in]`. */
  input?(x: Tensor, layer: LinearLike): Tensor;
  /** The layer's new output, from its input `[…, in]` as it came and the output `[…, out]` so far. */
  forward(x: Tensor, output: Tensor, layer: LinearLike): Tensor;
  /** The same change as further terms of the output, where it is one; else undefined. */
  terms?(x: Tensor): Term[];
  /** The same change where it is of low rank just now (no dropout), so that a layer and it can be computed as one. */
  lowRank?(): LowRank | undefined;
}

/** What adapters, storage and fusion may know of a linear layer: no one reads another module's weight. */
export interface LinearLike extends Module {
  readonly inFeatures: number;
  readonly outFeatures: number;
  readonly weight: Parameter;
  readonly bias?: Parameter;
  /** True where the weight is stored [in, out] (GPT-2's Conv1D). */
  readonly isTransposed: boolean;
  readonly adapters: readonly LinearAdapter[];
  addAdapter(adapter: LinearAdapter): void;
  removeAdapter(adapter: LinearAdapter): void;
  /** x [..., in] → [..., out] */
  forward(x: Tensor): Tensor;
}

abstract class LinearBase extends Module implements LinearLike {
  readonly inFeatures: number;
  readonly outFeatures: number;
  abstract readonly isTransposed: boolean;
  readonly weight: Parameter;
  readonly bias?: Parameter;
  #adapters: LinearAdapter[] = [];

  constructor(inFeatures: number, outFeatures: number, shapes: { weight: [number, number]; bias: boolean }) {
    super();
    this.inFeatures = inFeatures;
    this.outFeatures = outFeatures;
    this.weight = new Parameter(shapes.weight);
    if (shapes.bias) this.bias = new Parameter([outFeatures]);
  }

  get adapters(): readonly LinearAdapter[] {
    return this.#adapters;
  }
  addAdapter(adapter: LinearAdapter): void {
    this.#adapters.push(adapter);
  }
  removeAdapter(adapter: LinearAdapter): void {
    this.#adapters = this.#adapters.filter((one) => one !== adapter);
  }

  protected abstract project(x: Tensor): Tensor;

  forward(x: Tensor): Tensor {
    const fused = fusedLinear([this], { x });
    if (fused !== undefined) return fused[0];
    let output = this.project(this.#adapters.reduce((input, adapter) => adapter.input?.(input, this) ?? input, x));
    for (const adapter of this.#adapters) output = adapter.forward(x, output, this);
    return output;
  }
}

/** y = x Wᵀ + b, weight [out, in]. */
export class Linear extends LinearBase {
  override readonly isTransposed = false;

  constructor(inFeatures: number, outFeatures: number, options: { bias?: boolean } = {}) {
    super(inFeatures, outFeatures, { weight: [outFeatures, inFeatures], bias: options.bias ?? false });
  }

  protected override project(x: Tensor): Tensor {
    if (this.weight.form?.operands() !== undefined) return layerProduct(this, x);
    return aten.linear.default(x, this.weight.value(x.dtype), { bias: this.bias?.value(x.dtype) });
  }
}

/** GPT-2's linear layer: y = x W + b, weight [in, out]. */
export class Conv1D extends LinearBase {
  override readonly isTransposed = true;

  constructor(inFeatures: number, outFeatures: number) {
    super(inFeatures, outFeatures, { weight: [inFeatures, outFeatures], bias: true });
  }

  protected override project(x: Tensor): Tensor {
    const product = x.matmul(this.weight.value(x.dtype));
    return this.bias === undefined ? product : product.add(this.bias.value(x.dtype));
  }
}

/** Every module of a kind that takes a linear adapter. */
export function isLinear(module: Module): module is Module & LinearLike {
  return module instanceof LinearBase;
}
