// B images, C input and O output channels, Y and X height and width, G groups, k kernel size
import { aten, type DType, type Tensor } from '../tensor/index.ts';
import { ConvolutionBase } from './convolution.ts';

export interface Convolution2dOptions {
  /** Height and width, or both at once. */
  kernel: number | readonly [number, number];
  stride?: number | readonly [number, number];
  /** Zeros on each side. */
  padding?: number;
  dilation?: number;
  /** Channel groups; one per input channel is a depthwise convolution. */
  groups?: number;
  bias?: boolean;
  /** Standard deviation of initial weights, for networks that define one. */
  deviation?: number;
}

/** Convolution over images: weight [O, C / G, k, k], bias [O]. */
export class Convolution2d extends ConvolutionBase {
  readonly #deviation: number | undefined;
  readonly #options: { stride: number[]; padding: number[]; dilation: number[]; groups: number };

  constructor(channels: { in: number; out: number }, options: Convolution2dOptions) {
    const { kernel, stride = 1, padding = 0, dilation = 1, groups = 1, bias = true } = options;
    super(channels, { kernel: bothSides(kernel), groups, bias });
    this.#deviation = options.deviation;
    this.#options = { stride: bothSides(stride), padding: [padding, padding], dilation: [dilation, dilation], groups };
  }

  override initialDeviation(name: string): number | undefined {
    return name === 'weight' ? this.#deviation : undefined;
  }

  /** x [B, C, Y, X] → [B, O, Y', X'] */
  forward(x: Tensor): Tensor {
    const dtype = this.#typeFor(x);
    const output = this.convolve(x.to(dtype), this.weight.value(dtype), this.bias?.value(dtype)).to(x.dtype);
    return this.adapters.change(x, output, (adapter, own, sum) => adapter.forward(own, sum));
  }

  /** On CPU, bf16 has no fast backward for grouped channels: casting to f32 halves the time. */
  #typeFor({ dtype, device }: Tensor): DType {
    return dtype === 'bf16' && device === 'cpu' && !this.isWhole ? 'f32' : dtype;
  }

  override convolve(x: Tensor, weight: Tensor, bias?: Tensor): Tensor {
    return aten.conv2d.default(x, weight, { bias, ...this.#options });
  }
  override mix(x: Tensor, weight: Tensor): Tensor {
    return aten.conv2d.default(x, weight);
  }
}

function bothSides(value: number | readonly [number, number]): [number, number] {
  return typeof value === 'number' ? [value, value] : [...value];
}
