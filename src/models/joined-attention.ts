// N tokens, D width, H heads, d head size
import { Linear, Module, Parameter } from '../engine/nn/index.ts';
import { aten, type Tensor } from '../engine/tensor/index.ts';

/** The weights of torch's MultiheadAttention, with one matrix for q, k and v. */
export abstract class JoinedAttention extends Module {
  readonly in_proj_weight: Parameter;
  readonly in_proj_bias: Parameter;
  readonly out_proj: Linear;
  readonly #heads: number;

  constructor(width: number, heads: number) {
    super();
    this.in_proj_weight = new Parameter([3 * width, width]);
    this.in_proj_bias = new Parameter([3 * width]);
    this.out_proj = new Linear(width, width, { bias: true });
    this.#heads = heads;
  }

  /** q of `query`, k and v of `hidden`: [·, H, d] each */
  protected projected(query: Tensor, hidden: Tensor): Tensor[] {
    const [weights, biases] = [this.in_proj_weight, this.in_proj_bias].map((part) => part.value(hidden.dtype).chunk(3));
    return [query, hidden, hidden].map((x, i) =>
      aten.linear.default(x, weights[i], { bias: biases[i] }).reshape(x.shape[0], this.#heads, -1),
    );
  }
}
