import { aten, attune, type Tensor } from '../tensor/index.ts';
import { Module, Parameter } from './module.ts';

/** Root-mean-square normalisation over the last dimension, in f32 inside (Zhang and Sennrich, 2019; HF LlamaRMSNorm). */
export class RMSNorm extends Module {
  readonly weight: Parameter;
  readonly #epsilon: number;

  constructor(width: number, epsilon: number) {
    super();
    this.weight = new Parameter([width]);
    this.#epsilon = epsilon;
  }

  forward(x: Tensor): Tensor {
    return attune.rms_norm.default(x, this.weight.tensor, this.#epsilon);
  }
}

/** Normalisation by mean and variance over the last dimension, with scale and shift. */
export class LayerNorm extends Module {
  readonly weight: Parameter;
  readonly bias: Parameter;
  readonly #epsilon: number;

  constructor(width: number, epsilon: number) {
    super();
    this.weight = new Parameter([width]);
    this.bias = new Parameter([width]);
    this.#epsilon = epsilon;
  }

  forward(x: Tensor): Tensor {
    const [width] = this.weight.shape;
    return aten.layer_norm.default(x, [width], {
      weight: this.weight.value(x.dtype),
      bias: this.bias.value(x.dtype),
      eps: this.#epsilon,
    });
  }
}
