// N frames, D width, H heads, G groups, k kernel size, B rows of one length, T frames of a row
import { randomUnit } from '../../base/random.ts';
import {
  activations,
  attention,
  currentRandomness,
  Dropout,
  LayerNorm,
  Linear,
  Module,
  Parameter,
  segmentLengths,
  Sublayer,
  type Activation,
  type Layout,
} from '../../engine/nn/index.ts';
import { aten, cat, full, type DType, type Tensor } from '../../engine/tensor/index.ts';
import { Block, type AttentionRequest, type Heads, type Pass } from '../stack.ts';
import type { Wav2Vec2Config } from './wav2vec2-config.ts';

/** Checkpoint names of the positional convolution's weight norm, which torch renamed. */
export type WeightNormNames = 'weight_g' | 'parametrizations';

class Parametrized extends Module {
  readonly original0: Parameter;
  readonly original1: Parameter;
  readonly #deviation: number;

  constructor(length: Parameter, direction: Parameter, deviation: number) {
    super();
    this.original0 = length;
    this.original1 = direction;
    this.#deviation = deviation;
  }

  override fixedValue(name: string, options: { dtype: DType; device: string }): Tensor | undefined {
    return name === 'original0'
      ? firstLength(this.original0, this.original1, { ...options, deviation: this.#deviation })
      : undefined;
  }
}

class Parametrizations extends Module {
  readonly weight: Parametrized;

  constructor(weight: Parametrized) {
    super();
    this.weight = weight;
  }
}

/** Initial norm of weights with the given standard deviation: √count · deviation. */
function firstLength(
  length: Parameter,
  direction: Parameter,
  { deviation, ...options }: { dtype: DType; device: string; deviation: number },
): Tensor {
  const [outputs, inputs] = direction.shape;
  return full(length.shape, deviation * Math.sqrt(outputs * inputs), options);
}

/** Weight-normalised convolution, with a norm per kernel position (Salimans and Kingma, 2016). */
class NormedConvolution extends Module {
  readonly bias: Parameter;
  readonly weight_g?: Parameter;
  readonly weight_v?: Parameter;
  readonly parametrizations?: Parametrizations;
  readonly #length: Parameter;
  readonly #direction: Parameter;
  readonly #groups: number;
  readonly #deviation: number;

  constructor(config: Wav2Vec2Config, names: WeightNormNames) {
    super();
    const { hidden_size: width, num_conv_pos_embeddings: kernel, num_conv_pos_embedding_groups: groups } = config;
    this.#groups = groups;
    this.#deviation = 2 * Math.sqrt(1 / (kernel * width));
    this.bias = new Parameter([width]);
    this.#length = new Parameter([1, 1, kernel]);
    this.#direction = new Parameter([width, width / groups, kernel]);
    if (names === 'weight_g') {
      this.weight_g = this.#length;
      this.weight_v = this.#direction;
    } else {
      this.parametrizations = new Parametrizations(new Parametrized(this.#length, this.#direction, this.#deviation));
    }
  }

  override fixedValue(name: string, options: { dtype: DType; device: string }): Tensor | undefined {
    if (name !== 'weight_g') return undefined;
    return firstLength(this.#length, this.#direction, { ...options, deviation: this.#deviation });
  }

  /** x [B, D, T] → [B, D, T], or one frame more if the kernel is even */
  forward(x: Tensor): Tensor {
    const kernel = this.#direction.shape[2];
    const direction = this.#direction.tensor;
    const norm = aten.linalg_vector_norm.default(direction, { dim: [0, 1], keepdim: true }); // [1, 1, k]
    const weight = direction.mul(this.#length.tensor.div(norm)).to(x.dtype);
    const bias = this.bias.value(x.dtype);
    return aten.conv1d.default(x, weight, { bias, padding: [Math.floor(kernel / 2)], groups: this.#groups });
  }
}

/** Positions by a convolution over neighbouring frames. */
export class PositionalConvolution extends Module {
  readonly conv: NormedConvolution;
  readonly #activation: Activation;

  constructor(config: Wav2Vec2Config, names: WeightNormNames) {
    super();
    this.conv = new NormedConvolution(config, names);
    this.#activation = activations[config.feat_extract_activation];
  }

  /** x [N, D] → [N, D]; the convolution does not cross row boundaries. */
  forward(x: Tensor, layout: Layout): Tensor {
    const runs = runsOf(segmentLengths(layout));
    const parts = x.split(runs.map(({ rows, length }) => rows * length));
    return cat(runs.map(({ rows, length }, i) => this.#ofRows(parts[i].reshape(rows, length, -1)).flatten(0, 1)));
  }

  /** [B, T, D] → [B, T, D] */
  #ofRows(x: Tensor): Tensor {
    const y = this.conv.forward(x.transpose(1, 2)).narrow(2, 0, x.shape[1]);
    return this.#activation(y).transpose(1, 2);
  }
}

/** Groups consecutive rows of equal length. */
export function runsOf(lengths: readonly number[]): { rows: number; length: number }[] {
  const runs: { rows: number; length: number }[] = [];
  for (const length of lengths) {
    const last = runs.at(-1);
    if (last?.length === length) last.rows++;
    else runs.push({ rows: 1, length });
  }
  return runs;
}

/** Self-attention under the reference's names. */
export class Attention extends Module {
  readonly k_proj: Linear;
  readonly v_proj: Linear;
  readonly q_proj: Linear;
  readonly out_proj: Linear;
  readonly #heads: number;
  readonly #dropout: Dropout;

  constructor(config: Wav2Vec2Config, path: string) {
    super();
    const width = config.hidden_size;
    this.k_proj = new Linear(width, width, { bias: true });
    this.v_proj = new Linear(width, width, { bias: true });
    this.q_proj = new Linear(width, width, { bias: true });
    this.out_proj = new Linear(width, width, { bias: true });
    this.#heads = config.num_attention_heads;
    this.#dropout = new Dropout(config.attention_dropout, `${path}.attention`);
  }

  forward(x: Tensor, pass: Pass): Tensor {
    const byHead = (layer: Linear) => layer.forward(x).reshape(x.shape[0], this.#heads, -1); // [N, H, d]
    const [q, k, v] = [this.q_proj, this.k_proj, this.v_proj].map(byHead);
    return this.out_proj.forward(
      this.attend({ q, k, v }, x, { layout: pass.layout, causal: false, dropout: this.#dropout }).flatten(1),
    );
  }

  /** Attention over heads [N, H, d], given also the layer's input: → [N, H, d] */
  protected attend({ q, k, v }: Heads, _x: Tensor, request: AttentionRequest): Tensor {
    return attention(q, k, v, request);
  }
}

class FeedForward extends Module {
  readonly intermediate_dense: Linear;
  readonly output_dense: Linear;
  readonly #activation: Activation;
  readonly #inner: Dropout;
  readonly #outer: Dropout;

  constructor(config: Wav2Vec2Config, path: string) {
    super();
    this.intermediate_dense = new Linear(config.hidden_size, config.intermediate_size, { bias: true });
    this.output_dense = new Linear(config.intermediate_size, config.hidden_size, { bias: true });
    this.#activation = activations[config.hidden_act];
    this.#inner = new Dropout(config.activation_dropout, `${path}.feed_forward.intermediate`);
    this.#outer = new Dropout(config.hidden_dropout, `${path}.feed_forward.output`);
  }

  forward(x: Tensor): Tensor {
    const inner = this.#inner.forward(this.#activation(this.intermediate_dense.forward(x)));
    return this.#outer.forward(this.output_dense.forward(inner));
  }
}

/** A bottleneck adapter for one language (Pratap et al., "Scaling speech technology to 1,000+ languages", 2023). */
class LanguageAdapter extends Module {
  readonly norm: LayerNorm;
  readonly linear_1: Linear;
  readonly linear_2: Linear;

  constructor(width: number, inner: number, epsilon: number) {
    super();
    this.norm = new LayerNorm(width, epsilon);
    this.linear_1 = new Linear(width, inner, { bias: true });
    this.linear_2 = new Linear(inner, width, { bias: true });
  }

  forward(x: Tensor): Tensor {
    return this.linear_2.forward(activations.relu(this.linear_1.forward(this.norm.forward(x))));
  }
}

/** torch's default, not configurable. */
const ADAPTER_NORM_EPSILON = 1e-5;

/** Builds a layer's attention, given its path. */
export type NewAttention = (config: Wav2Vec2Config, path: string) => Attention;

/** A layer with norms after each sublayer, or before (`do_stable_layer_norm`). */
export class EncoderLayer extends Block {
  readonly attention: Attention;
  readonly layer_norm: LayerNorm;
  readonly feed_forward: FeedForward;
  readonly final_layer_norm: LayerNorm;
  readonly adapter_layer?: LanguageAdapter;
  readonly attention_sublayer: Sublayer;
  readonly mlp_sublayer: Sublayer;
  readonly #normsFirst: boolean;
  readonly #dropout: Dropout;
  readonly #skipped: number;
  readonly #index: number;

  constructor(config: Wav2Vec2Config, index: number, newAttention: NewAttention = (...made) => new Attention(...made)) {
    super();
    const path = `encoder.layers.${index}`;
    const { hidden_size: width, layer_norm_eps: epsilon, adapter_attn_dim: inner } = config;
    this.attention = newAttention(config, path);
    this.layer_norm = new LayerNorm(width, epsilon);
    this.feed_forward = new FeedForward(config, path);
    this.final_layer_norm = new LayerNorm(width, epsilon);
    this.attention_sublayer = new Sublayer('attention', width);
    this.mlp_sublayer = new Sublayer('mlp', width);
    this.#normsFirst = config.do_stable_layer_norm;
    // The reference has adapters only in pre-norm layers.
    if (this.#normsFirst && typeof inner === 'number') {
      this.adapter_layer = new LanguageAdapter(width, inner, ADAPTER_NORM_EPSILON);
    }
    this.#dropout = new Dropout(config.hidden_dropout, path);
    this.#skipped = config.layerdrop;
    this.#index = index;
  }

  override forward(x: Tensor, pass: Pass): Tensor {
    if (skipsLayer(this.#skipped, this.#index)) return x.clone();
    return this.#normsFirst ? this.#stable(x, pass) : this.#classic(x, pass);
  }

  #classic(x: Tensor, pass: Pass): Tensor {
    const attended = this.layer_norm.forward(x.add(this.#attend(x, pass)));
    return this.final_layer_norm.forward(attended.add(this.#feed(attended)));
  }

  #stable(x: Tensor, pass: Pass): Tensor {
    const attended = x.add(this.#attend(this.layer_norm.forward(x), pass));
    const fed = attended.add(this.#feed(this.final_layer_norm.forward(attended)));
    return this.adapter_layer === undefined ? fed : fed.add(this.adapter_layer.forward(fed));
  }

  #attend(x: Tensor, pass: Pass): Tensor {
    return this.attention_sublayer.change(x, this.#dropout.forward(this.attention.forward(x, pass)));
  }
  #feed(x: Tensor): Tensor {
    return this.mlp_sublayer.change(x, this.feed_forward.forward(x));
  }
}

/** LayerDrop: whether to skip a layer in this training step, for all rows (Fan et al., "Reducing transformer depth on demand", 2019). */
export function skipsLayer(probability: number, index: number): boolean {
  const randomness = currentRandomness();
  if (randomness === undefined || probability === 0) return false;
  return randomUnit([randomness.seed, 'layerdrop', randomness.step, index]) < probability;
}
