import { activations, Linear, Module, type Activation } from '../../engine/nn/index.ts';
import type { Tensor } from '../../engine/tensor/index.ts';

/** A linear layer called `dense` with an activation, such as the pooler of a row's first state. */
export class ActivatedDense extends Module {
  readonly dense: Linear;
  readonly #activation: Activation;

  constructor(widths: { in: number; out: number }, activation = 'tanh') {
    super();
    this.dense = new Linear(widths.in, widths.out, { bias: true });
    this.#activation = activations[activation];
  }

  forward(x: Tensor): Tensor {
    return this.#activation(this.dense.forward(x));
  }
}

/** A pooler whose linear layer is itself called `pooler` (ALBERT). */
export class BarePooler extends Linear {
  override forward(pooled: Tensor): Tensor {
    return activations.tanh(super.forward(pooled));
  }
}
