// N tokens, in and out features, r rank; of convolutions C input and O output channels, k kernel size
import { aten, type DType, type Tensor } from '../../tensor/index.ts';
import {
  Dropout,
  isLinear,
  Parameter,
  type Convolution2d,
  type LinearLike,
  type LowRank,
  type Term,
} from '../../nn/index.ts';
import { LayerAdapter, type TargetLayer } from './layer-adapter.ts';

export interface AdapterShape {
  /** Path of the adapted layer. */
  path: string;
  rank: number;
  /** alpha / r, or alpha / √r. */
  scaling: number;
  dropout: number;
}

/** A change of low rank to one layer, whatever the layer computes (Hu et al., 2021); names and shapes are PEFT's. */
export abstract class LowRankAdapter<Layer extends TargetLayer = TargetLayer> extends LayerAdapter<Layer> {
  readonly rank: number;
  readonly scaling: number;
  abstract readonly lora_A: Parameter;
  abstract readonly lora_B: Parameter;

  constructor(layer: Layer, { path, rank, scaling }: AdapterShape) {
    super(path, layer);
    this.rank = rank;
    this.scaling = scaling;
  }

  protected override fileName(key: string): string {
    return `${key}.weight`;
  }

  /** scaling · B A in the weight's shape, f32. */
  delta(): Tensor {
    const [a, b] = [this.lora_A, this.lora_B].map(({ tensor }) => tensor.detach().flatten(1));
    return b.matmul(a).mul(this.scaling);
  }

  override merged(weight: Tensor): Tensor {
    return weight.add(this.delta().reshape(...weight.shape));
  }
}

/** y = Wx + scaling · B A x */
export class LoraAdapter extends LowRankAdapter<LinearLike> {
  /** [r, in] */
  readonly lora_A: Parameter;
  /** [out, r] */
  readonly lora_B: Parameter;
  readonly #dropout: Dropout;

  constructor(layer: LinearLike, shape: AdapterShape) {
    super(layer, shape);
    this.lora_A = new Parameter([shape.rank, layer.inFeatures]);
    this.lora_B = new Parameter([layer.outFeatures, shape.rank]);
    this.#dropout = new Dropout(shape.dropout, `lora:${shape.path}`);
    this.attach();
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

  /** B lies turned round in memory: its columns are what passes add up. */
  settle(dtype: DType): void {
    const { lora_A: a, lora_B: b } = this;
    a.assign(a.tensor.to(dtype));
    b.assign(b.tensor.to(dtype).transpose(0, 1).contiguous().transpose(0, 1));
  }

  lowRank(): LowRank | undefined {
    if (!this.isActive || this.#dropout.isActive) return undefined;
    return { a: this.lora_A.tensor, b: this.lora_B.tensor, scale: this.scaling };
  }
}

/** The same for a convolution: one to r channels with its kernel, and one of 1 × 1 from them, as PEFT has it. */
export class LoraConvolution extends LowRankAdapter<Convolution2d> {
  /** [r, C, k, k] */
  readonly lora_A: Parameter;
  /** [O, r, 1, 1] */
  readonly lora_B: Parameter;

  constructor(layer: Convolution2d, shape: AdapterShape) {
    super(layer, shape);
    const [out, ...kernel] = layer.weight.shape;
    this.lora_A = new Parameter([shape.rank, ...kernel]);
    this.lora_B = new Parameter([out, shape.rank, 1, 1]);
    this.attach();
  }

  forward(x: Tensor, output: Tensor): Tensor {
    if (!this.isActive) return output;
    const inner = this.layer.convolve(x, this.lora_A.value(x.dtype)); // [B, r, Y', X']
    return output.add(aten.conv2d.default(inner, this.lora_B.value(x.dtype)).mul(this.scaling));
  }
}

export function loraOn(layer: TargetLayer, shape: AdapterShape): LowRankAdapter {
  return isLinear(layer) ? new LoraAdapter(layer, shape) : new LoraConvolution(layer, shape);
}
