// B images, C input and O output channels, Y and X height and width, G groups, k kernel size
import { aten, type DType, type Tensor } from '../tensor/index.ts';
import { AdapterList } from './adapter-route.ts';
import { Module, Parameter } from './module.ts';

export interface Convolution2dOptions {
  /** Height and width, or both at once. */
  kernel: number | readonly [number, number];
  stride?: number | readonly [number, number];
  /** Zeros on each side. */
  padding?: number;
  dilation?: number;
  /** Channels are convolved in so many groups; as many as there are input channels: each alone (depthwise). */
  groups?: number;
  bias?: boolean;
  /** Of the first weights, where a network has one of its own. */
  deviation?: number;
}

/** Changes what a convolution gives (LoRA), while its weight keeps its path. */
export interface ConvolutionAdapter {
  /** The layer's new output, from its input [B, C, Y, X] and the output [B, O, Y', X'] so far. */
  forward(x: Tensor, output: Tensor): Tensor;
}

/** Convolution over images: weight [O, C / G, k, k], bias [O]. */
export class Convolution2d extends Module {
  readonly weight: Parameter;
  readonly bias?: Parameter;
  readonly #deviation: number | undefined;
  readonly #adapters = new AdapterList<ConvolutionAdapter>();
  readonly #options: { stride: number[]; padding: number[]; dilation: number[]; groups: number };

  constructor(channels: { in: number; out: number }, options: Convolution2dOptions) {
    super();
    const { kernel, stride = 1, padding = 0, dilation = 1, groups = 1, bias = true } = options;
    this.weight = new Parameter([channels.out, channels.in / groups, ...bothSides(kernel)]);
    if (bias) this.bias = new Parameter([channels.out]);
    this.#deviation = options.deviation;
    this.#options = { stride: bothSides(stride), padding: [padding, padding], dilation: [dilation, dilation], groups };
  }

  override initialDeviation(name: string): number | undefined {
    return name === 'weight' ? this.#deviation : undefined;
  }

  /** Whether every output channel sees every input channel. */
  get isWhole(): boolean {
    return this.#options.groups === 1;
  }
  addAdapter(adapter: ConvolutionAdapter): void {
    this.#adapters.add(adapter);
  }
  removeAdapter(adapter: ConvolutionAdapter): void {
    this.#adapters.remove(adapter);
  }

  /** x [B, C, Y, X] → [B, O, Y', X'] */
  forward(x: Tensor): Tensor {
    const dtype = this.#typeFor(x);
    const output = this.convolve(x.to(dtype), this.weight.value(dtype), this.bias?.value(dtype)).to(x.dtype);
    return this.#adapters.change(x, output, (adapter, own, sum) => adapter.forward(own, sum));
  }

  /** Few channels at a time have no fast backward in bf16 on processors: in f32 it takes half as long, casts and all. */
  #typeFor({ dtype, device }: Tensor): DType {
    return dtype === 'bf16' && device === 'cpu' && !this.isWhole ? 'f32' : dtype;
  }

  /** The same strides and padding with other weights. */
  convolve(x: Tensor, weight: Tensor, bias?: Tensor): Tensor {
    return aten.conv2d.default(x, weight, { bias, ...this.#options });
  }
}

function bothSides(value: number | readonly [number, number]): [number, number] {
  return typeof value === 'number' ? [value, value] : [...value];
}
