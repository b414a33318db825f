// N tokens, D width, H heads, d head size
import {
  activations,
  attention,
  Dropout,
  Linear,
  linearGroup,
  Module,
  type Activation,
} from '../../engine/nn/index.ts';
import type { Tensor } from '../../engine/tensor/index.ts';
import type { Pass } from '../stack.ts';

/** Parameters of attention in ViT's family, with the names of its configurations. */
export interface ViTAttentionConfig {
  hidden_size: number;
  num_attention_heads: number;
  qkv_bias: boolean;
  hidden_dropout_prob: number;
  attention_probs_dropout_prob: number;
}

class SelfAttention extends Module {
  readonly query: Linear;
  readonly key: Linear;
  readonly value: Linear;
  readonly #heads: number;
  readonly #dropout: Dropout;

  constructor(config: ViTAttentionConfig, path: string) {
    super();
    const { hidden_size: width, qkv_bias: bias } = config;
    this.query = new Linear(width, width, { bias });
    this.key = new Linear(width, width, { bias });
    this.value = new Linear(width, width, { bias });
    this.#heads = config.num_attention_heads;
    this.#dropout = new Dropout(config.attention_probs_dropout_prob, path);
  }

  forward(x: Tensor, pass: Pass): Tensor {
    const [N] = x.shape;
    const flat = linearGroup([this.query, this.key, this.value], x);
    const [q, k, v] = flat.map((one) => one.reshape(N, this.#heads, -1)); // [N, H, d]
    return attention(q, k, v, { layout: pass.layout, causal: false, dropout: this.#dropout }).flatten(1);
  }
}

/** A projection and dropout; what is added to it differs. */
export class Projection extends Module {
  readonly dense: Linear;
  readonly #dropout: Dropout;

  constructor(widths: { in: number; out: number }, dropout: { probability: number; site: string }) {
    super();
    this.dense = new Linear(widths.in, widths.out, { bias: true });
    this.#dropout = new Dropout(dropout.probability, dropout.site);
  }

  forward(x: Tensor): Tensor {
    return this.#dropout.forward(this.dense.forward(x));
  }
}

/** Every patch sees every other: [N, D] → [N, D]. */
export class ViTAttention extends Module {
  readonly attention: SelfAttention;
  readonly output: Projection;

  constructor(config: ViTAttentionConfig, path: string) {
    super();
    const width = config.hidden_size;
    this.attention = new SelfAttention(config, `${path}.attention`);
    const dropout = { probability: config.hidden_dropout_prob, site: `${path}.output` };
    this.output = new Projection({ in: width, out: width }, dropout);
  }

  forward(x: Tensor, pass: Pass): Tensor {
    return this.output.forward(this.attention.forward(x, pass));
  }
}

/** A linear layer with an activation after it. */
export class ActivatedDense extends Module {
  readonly dense: Linear;
  readonly #activation: Activation;

  constructor(widths: { in: number; out: number }, activation: string) {
    super();
    this.dense = new Linear(widths.in, widths.out, { bias: true });
    this.#activation = activations[activation];
  }

  forward(x: Tensor): Tensor {
    return this.#activation(this.dense.forward(x));
  }
}
