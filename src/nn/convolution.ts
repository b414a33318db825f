// B rows, C input and O output channels, T steps in time, k kernel size
import { aten, type Tensor } from '../tensor/index.ts';
import { Module, Parameter } from './module.ts';

export interface ConvolutionOptions {
  kernel: number;
  stride?: number;
  padding?: number;
  /** Parts of the channels that see only each other. */
  groups?: number;
  /** Whether it has a bias; it has one unless said. */
  bias?: boolean;
}

/** Convolution over time: weight [O, C / groups, k], bias [O]. */
export class Convolution extends Module {
  readonly weight: Parameter;
  readonly bias?: Parameter;
  readonly #stride: number;
  readonly #padding: number;
  readonly #groups: number;

  constructor(channels: { in: number; out: number }, options: ConvolutionOptions) {
    super();
    const { kernel, stride = 1, padding = 0, groups = 1, bias = true } = options;
    this.weight = new Parameter([channels.out, channels.in / groups, kernel]);
    if (bias) this.bias = new Parameter([channels.out]);
    this.#stride = stride;
    this.#padding = padding;
    this.#groups = groups;
  }

  /** x [B, C, T] → [B, O, T'] */
  forward(x: Tensor): Tensor {
    return aten.conv1d.default(x, this.weight.value(x.dtype), {
      bias: this.bias?.value(x.dtype),
      stride: [this.#stride],
      padding: [this.#padding],
      groups: this.#groups,
    });
  }
}
