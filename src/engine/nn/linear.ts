import { type Tensor } from '../tensor/index.ts';
import { AdapterList, type Acting } from './adapter-route.ts';
import { fusedLinear, layerProduct, type LinearLike, type LinearAdapter, type Term } from './linear-fused.ts';
import { Module, Parameter } from './module.ts';
import { notesRows, tappedLinear, tapProduct } from './row-taps.ts';

abstract class LinearBase extends Module implements LinearLike {
  readonly inFeatures: number;
  readonly outFeatures: number;
  abstract readonly isTransposed: boolean;
  readonly weight: Parameter;
  readonly bias?: Parameter;
  readonly adapters = new AdapterList<LinearAdapter>();

  constructor(inFeatures: number, outFeatures: number, shapes: { weight: [number, number]; bias: boolean }) {
    super();
    this.inFeatures = inFeatures;
    this.outFeatures = outFeatures;
    this.weight = new Parameter(shapes.weight);
    if (shapes.bias) this.bias = new Parameter([outFeatures]);
  }

  addAdapter(adapter: LinearAdapter): void {
    this.adapters.add(adapter);
  }
  removeAdapter(adapter: LinearAdapter): void {
    this.adapters.remove(adapter);
  }

  protected abstract project(x: Tensor): Tensor;

  forward(x: Tensor): Tensor {
    const fused = fusedLinear([this], { x });
    if (fused !== undefined) return fused[0];
    const input = changedInput(this, x);
    return this.adapters.change(x, this.project(input), (adapter, own, output) => adapter.forward(own, output, this));
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
    return tappedLinear(x, this.weight, this.bias);
  }
}

/** GPT-2's linear layer: y = x W + b, weight [in, out]. */
export class Conv1D extends LinearBase {
  override readonly isTransposed = true;

  constructor(inFeatures: number, outFeatures: number) {
    super(inFeatures, outFeatures, { weight: [inFeatures, outFeatures], bias: true });
  }

  protected override project(x: Tensor): Tensor {
    const [weight, bias] = [this.weight.value(x.dtype), this.bias?.value(x.dtype)];
    if (!notesRows() || !(this.weight.trainable || this.bias?.trainable))
      return bias === undefined ? x.matmul(weight) : x.matmul(weight).add(bias);
    const product = x.matmul(weight.detach());
    return tapProduct(bias === undefined ? product : product.add(bias.detach()), x, this);
  }
}

/** Input of a layer's own weight: x […, in] after its adapters' changes. */
export function changedInput(layer: LinearLike, x: Tensor): Tensor {
  if (layer.adapters.acting(x.shape[0]).every(({ adapters }) => adapters.every(({ input }) => input === undefined)))
    return x;
  return layer.adapters.change(x, x, (adapter, _, input) => adapter.input?.(input, layer) ?? input);
}

/** Whether a module accepts linear adapters. */
export function isLinear(module: Module): module is Module & LinearLike {
  return module instanceof LinearBase;
}

/** Terms that active adapters add to a layer's output; adapters on a head must be sums of products. */
export function termsOf(acting: readonly Acting<{ terms?(x: Tensor): Term[] }>[], hidden: Tensor): Term[] {
  return acting.flatMap(({ adapters, span }) => {
    const own = span === undefined ? hidden : hidden.narrow(0, span.start, span.end - span.start);
    return adapters.flatMap((adapter) => {
      if (adapter.terms === undefined) throw new Error('an output head does not support this adapter');
      return adapter.terms(own).map((term) => ({ ...term, span }));
    });
  });
}
