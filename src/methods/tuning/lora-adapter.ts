// N tokens, in and out features, r rank
import { aten, type Tensor } from '../../tensor/index.ts';
import {
  Dropout,
  Module,
  Parameter,
  type AdapterOwner,
  type LinearAdapter,
  type LinearLike,
  type LowRank,
  type Term,
} from '../../nn/index.ts';

export interface AdapterShape {
  /** Path of the adapted layer. */
  path: string;
  rank: number;
  /** alpha / r, or alpha / √r. */
  scaling: number;
  dropout: number;
  /** On a model that serves others too. */
  owner?: AdapterOwner;
}

/** A change of low rank to one layer, whatever the layer computes. */
export interface LowRankAdapter {
  readonly path: string;
  readonly layer: { readonly weight: Parameter };
  readonly rank: number;
  readonly lora_A: Parameter;
  readonly lora_B: Parameter;
  isActive: boolean;
  /** What it adds to the layer's weight, in that one's shape, f32. */
  delta(): Tensor;
  /** Takes it off the layer. */
  detach(): void;
  /** Frees its weights. */
  dispose(): void;
}

/** y = Wx + scaling · B A x (Hu et al., 2021); names and shapes are PEFT's. */
export class LoraAdapter extends Module implements LinearAdapter, LowRankAdapter {
  readonly path: string;
  readonly layer: LinearLike;
  readonly owner?: AdapterOwner;
  readonly rank: number;
  readonly scaling: number;
  /** [r, in] */
  readonly lora_A: Parameter;
  /** [out, r] */
  readonly lora_B: Parameter;
  isActive = true;
  readonly #dropout: Dropout;

  constructor(layer: LinearLike, shape: AdapterShape) {
    super();
    this.path = shape.path;
    this.layer = layer;
    this.owner = shape.owner;
    this.rank = shape.rank;
    this.scaling = shape.scaling;
    this.lora_A = new Parameter([shape.rank, layer.inFeatures]);
    this.lora_B = new Parameter([layer.outFeatures, shape.rank]);
    this.#dropout = new Dropout(shape.dropout, `lora:${shape.path}`);
    layer.addAdapter(this);
  }

  /** A x, scaled: [N, r]. Scaling the narrow side costs least. */
  #inner(x: Tensor): Tensor {
    const narrow = aten.linear.default(this.#dropout.forward(x), this.lora_A.value(x.dtype));
    return this.scaling === 1 ? narrow : narrow.mul(this.scaling);
  }

  forward(x: Tensor, output: Tensor): Tensor {
    if (!this.isActive) return output;
    const [inner, weight] = [this.#inner(x), this.lora_B.value(x.dtype)];
    // In bf16 the product is added as it is made, in f32; in f32 parity is pinned to the rounding of two operations.
    if (x.dtype === 'bf16' && output.shape.length === 2)
      return aten.addmm_.default(output, inner, weight.transpose(0, 1));
    return output.add(aten.linear.default(inner, weight));
  }

  terms(x: Tensor): Term[] {
    return this.isActive ? [{ hidden: this.#inner(x), weight: this.lora_B.tensor }] : [];
  }

  lowRank(): LowRank | undefined {
    if (!this.isActive || this.#dropout.isActive) return undefined;
    return { a: this.lora_A.tensor, b: this.lora_B.tensor, scale: this.scaling };
  }

  /** scaling · B A in the layer's own orientation, f32. */
  delta(): Tensor {
    const product = this.lora_B.tensor.detach().matmul(this.lora_A.tensor.detach()).mul(this.scaling);
    return this.layer.isTransposed ? product.transpose(0, 1) : product;
  }

  /** The layer stays: it is the model's. */
  override dispose(): void {
    this.lora_A.tensor.dispose();
    this.lora_B.tensor.dispose();
  }

  detach(): void {
    this.layer.removeAdapter(this);
  }
}
