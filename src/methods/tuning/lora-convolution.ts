// B images, C input and O output channels, Y and X height and width, r rank, k kernel size
import { Module, Parameter, type AdapterOwner, type Convolution2d, type ConvolutionAdapter } from '../../nn/index.ts';
import { aten, type Tensor } from '../../tensor/index.ts';
import type { AdapterShape, LowRankAdapter } from './lora-adapter.ts';

/** The same for a convolution: one to r channels with its kernel, and one of 1 × 1 from them, as PEFT has it. */
export class LoraConvolution extends Module implements ConvolutionAdapter, LowRankAdapter {
  readonly path: string;
  readonly layer: Convolution2d;
  readonly owner?: AdapterOwner;
  readonly rank: number;
  /** [r, C, k, k] */
  readonly lora_A: Parameter;
  /** [O, r, 1, 1] */
  readonly lora_B: Parameter;
  isActive = true;
  readonly #scaling: number;

  constructor(layer: Convolution2d, { path, rank, scaling, owner }: AdapterShape) {
    super();
    const [out, ...kernel] = layer.weight.shape;
    this.path = path;
    this.layer = layer;
    this.owner = owner;
    this.rank = rank;
    this.lora_A = new Parameter([rank, ...kernel]);
    this.lora_B = new Parameter([out, rank, 1, 1]);
    this.#scaling = scaling;
    layer.addAdapter(this);
  }

  forward(x: Tensor, output: Tensor): Tensor {
    if (!this.isActive) return output;
    const inner = this.layer.convolve(x, this.lora_A.value(x.dtype)); // [B, r, Y', X']
    return output.add(aten.conv2d.default(inner, this.lora_B.value(x.dtype)).mul(this.#scaling));
  }

  delta(): Tensor {
    const [a, b] = [this.lora_A, this.lora_B].map((part) => part.tensor.detach().flatten(1)); // [r, C · k · k], [O, r]
    return b
      .matmul(a)
      .mul(this.#scaling)
      .reshape(...this.layer.weight.shape);
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
