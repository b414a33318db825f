// N tokens, D width, H heads, d head size
import {
  attention,
  Dropout,
  DropPath,
  LayerNorm,
  Linear,
  linearGroup,
  Module,
  Parameter,
  rotate,
  Sublayer,
  type DistanceBias,
} from '../../engine/nn/index.ts';
import { zeros, type DType, type Tensor } from '../../engine/tensor/index.ts';
import { Block, type Pass } from '../stack.ts';

/** Settings of attention, named as in the configurations of ViT's family. */
export interface ViTAttentionConfig {
  hidden_size: number;
  num_attention_heads: number;
  qkv_bias: boolean;
  hidden_dropout_prob: number;
  attention_probs_dropout_prob: number;
}

/** Self-attention without its output projection. */
export class SelfAttention extends Module {
  readonly query: Linear;
  readonly key: Linear;
  readonly value: Linear;
  readonly #heads: number;
  readonly #dropout: Dropout;

  constructor(config: Omit<ViTAttentionConfig, 'hidden_dropout_prob'>, path: string) {
    super();
    const { hidden_size: width, qkv_bias: bias } = config;
    this.query = new Linear(width, width, { bias });
    this.key = new Linear(width, width, { bias });
    this.value = new Linear(width, width, { bias });
    this.#heads = config.num_attention_heads;
    this.#dropout = new Dropout(config.attention_probs_dropout_prob, path);
  }

  forward(x: Tensor, { layout }: Pick<Pass, 'layout'>, bias?: DistanceBias): Tensor {
    const [N] = x.shape;
    const flat = linearGroup([this.query, this.key, this.value], x);
    const [q, k, v] = flat.map((one) => one.reshape(N, this.#heads, -1)); // [N, H, d]
    return attention(q, k, v, { layout, causal: false, bias, dropout: this.#dropout }).flatten(1);
  }
}

/** A linear layer with dropout. */
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

/** Bidirectional attention over all patches: [N, D] → [N, D]. */
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

/** Settings of attention with rotary positions, named as in its configurations. */
interface TurnedAttentionConfig {
  hidden_size: number;
  num_attention_heads: number;
  attention_dropout: number;
  query_bias?: boolean;
  key_bias?: boolean;
  value_bias?: boolean;
  proj_bias?: boolean;
}

/** Attention whose queries and keys are rotated by patch position (DINOv3, Pixtral). */
export class TurnedAttention extends Module {
  readonly q_proj: Linear;
  readonly k_proj: Linear;
  readonly v_proj: Linear;
  readonly o_proj: Linear;
  readonly #heads: number;
  readonly #dropout: Dropout;

  constructor(config: TurnedAttentionConfig, path: string) {
    super();
    const { hidden_size: width } = config;
    const linear = (bias = false) => new Linear(width, width, { bias });
    this.q_proj = linear(config.query_bias);
    this.k_proj = linear(config.key_bias);
    this.v_proj = linear(config.value_bias);
    this.o_proj = linear(config.proj_bias);
    this.#heads = config.num_attention_heads;
    this.#dropout = new Dropout(config.attention_dropout, path);
  }

  forward(x: Tensor, { layout, turn }: Pass): Tensor {
    const flat = linearGroup([this.q_proj, this.k_proj, this.v_proj], x);
    const [q, k, v] = flat.map((one) => one.reshape(x.shape[0], this.#heads, -1)); // [N, H, d]
    const [turnedQ, turnedK] = turn === undefined ? [q, k] : [rotate(q, turn), rotate(k, turn)];
    const request = { layout, causal: false, dropout: this.#dropout };
    return this.o_proj.forward(attention(turnedQ, turnedK, v, request).flatten(1));
  }
}

/** A learned factor per feature. */
class LayerScale extends Module {
  readonly lambda1: Parameter;
  readonly #first: number;

  constructor(width: number, first: number) {
    super();
    this.lambda1 = new Parameter([width]);
    this.#first = first;
  }

  forward(x: Tensor): Tensor {
    return x.mul(this.lambda1.value(x.dtype));
  }

  override fixedValue(_name: string, { dtype, device }: { dtype: DType; device: string }): Tensor {
    return zeros(this.lambda1.shape, { dtype, device }).add(this.#first);
  }
}

/** Settings of DINO's layers, named as in their configurations. */
interface ScaledLayerConfig {
  hidden_size: number;
  layer_norm_eps: number;
  layerscale_value: number;
  drop_path_rate: number;
}

/** Pre-norm layer whose sublayers are scaled per feature (DINOv2, DINOv3). */
export class ScaledLayer extends Block {
  readonly norm1: LayerNorm;
  readonly attention: Module & { forward(x: Tensor, pass: Pass): Tensor };
  readonly layer_scale1: LayerScale;
  readonly norm2: LayerNorm;
  readonly mlp: Module & { forward(x: Tensor): Tensor };
  readonly layer_scale2: LayerScale;
  readonly attention_sublayer: Sublayer;
  readonly mlp_sublayer: Sublayer;
  readonly #dropPaths: readonly DropPath[];

  constructor(config: ScaledLayerConfig, path: string, parts: Pick<ScaledLayer, 'attention' | 'mlp'>) {
    super();
    const { hidden_size: width, layer_norm_eps: epsilon, layerscale_value: first } = config;
    this.norm1 = new LayerNorm(width, epsilon);
    this.attention = parts.attention;
    this.layer_scale1 = new LayerScale(width, first);
    this.norm2 = new LayerNorm(width, epsilon);
    this.mlp = parts.mlp;
    this.layer_scale2 = new LayerScale(width, first);
    this.attention_sublayer = new Sublayer('attention', width);
    this.mlp_sublayer = new Sublayer('mlp', width);
    this.#dropPaths = ['attention', 'mlp'].map((part) => new DropPath(config.drop_path_rate, `${path}.${part}.path`));
  }

  override forward(x: Tensor, pass: Pass): Tensor {
    const { attention_sublayer: first, mlp_sublayer: second } = this;
    const read = this.norm1.forward(x);
    const attended = first.change(read, this.layer_scale1.forward(this.attention.forward(read, pass)));
    const between = x.add(this.#dropPaths[0].forward(attended, pass.layout));
    const again = this.norm2.forward(between);
    const changed = second.change(again, this.layer_scale2.forward(this.mlp.forward(again)));
    return between.add(this.#dropPaths[1].forward(changed, pass.layout));
  }
}
