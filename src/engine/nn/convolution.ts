// B rows, C input and O output channels, T steps in time, k kernel size
import { aten, type Tensor } from '../tensor/index.ts';
import { AdapterList } from './adapter-route.ts';
import { Module, Parameter } from './module.ts';

/** Changes a convolution's output (LoRA), while its weight keeps its path. */
export interface ConvolutionAdapter {
  /** The layer's new output, from its input [B, C, …] and the output [B, O, …] so far. */
  forward(x: Tensor, output: Tensor): Tensor;
}

/** Base of convolutions over time and over images: weight [O, C / groups, k, …], bias [O]. */
export abstract class ConvolutionBase extends Module {
  readonly weight: Parameter;
  readonly bias?: Parameter;
  readonly #groups: number;
  protected readonly adapters = new AdapterList<ConvolutionAdapter>();

  constructor(channels: { in: number; out: number }, shape: { kernel: number[]; groups: number; bias: boolean }) {
    super();
    this.weight = new Parameter([channels.out, channels.in / shape.groups, ...shape.kernel]);
    if (shape.bias) this.bias = new Parameter([channels.out]);
    this.#groups = shape.groups;
  }

  /** Whether every output channel depends on every input channel. */
  get isWhole(): boolean {
    return this.#groups === 1;
  }
  addAdapter(adapter: ConvolutionAdapter): void {
    this.adapters.add(adapter);
  }
  removeAdapter(adapter: ConvolutionAdapter): void {
    this.adapters.remove(adapter);
  }

  /** Convolves with other weights, but the same stride and padding. */
  abstract convolve(x: Tensor, weight: Tensor, bias?: Tensor): Tensor;
  /** Mixes the channels at each position: x [B, r, …], weight [O, r, 1, …] → [B, O, …] */
  abstract mix(x: Tensor, weight: Tensor): Tensor;
}

export interface ConvolutionOptions {
  kernel: number;
  stride?: number;
  padding?: number;
  /** Groups of channels that only see each other. */
  groups?: number;
  /** True by default. */
  bias?: boolean;
}

/** Convolution over time: weight [O, C / groups, k], bias [O]. */
export class Convolution extends ConvolutionBase {
  readonly #options: { stride: number[]; padding: number[]; groups: number };

  constructor(channels: { in: number; out: number }, options: ConvolutionOptions) {
    const { kernel, stride = 1, padding = 0, groups = 1, bias = true } = options;
    super(channels, { kernel: [kernel], groups, bias });
    this.#options = { stride: [stride], padding: [padding], groups };
  }

  /** x [B, C, T] → [B, O, T'] */
  forward(x: Tensor): Tensor {
    const output = this.convolve(x, this.weight.value(x.dtype), this.bias?.value(x.dtype));
    return this.adapters.change(x, output, (adapter, own, sum) => adapter.forward(own, sum));
  }

  override convolve(x: Tensor, weight: Tensor, bias?: Tensor): Tensor {
    return aten.conv1d.default(x, weight, { bias, ...this.#options });
  }
  override mix(x: Tensor, weight: Tensor): Tensor {
    return aten.conv1d.default(x, weight);
  }
}
