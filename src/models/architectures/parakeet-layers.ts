// B recordings, F mel frames, M mel bins, T tokens of a recording, N tokens of all, C channels, D width, H heads, d head size, n distances
import { z } from 'zod';
import {
  activations,
  attention,
  BatchNorm2d,
  Convolution,
  Convolution2d,
  Dropout,
  LayerNorm,
  Linear,
  linearGroup,
  Module,
  Parameter,
  segmentLengths,
  Sublayer,
  withTokens,
  type Activation,
  type ContentBias,
  type Layout,
} from '../../engine/nn/index.ts';
import { aten, cat, type Tensor } from '../../engine/tensor/index.ts';
import { place } from '../heads/place.ts';
import { Block, type Pass } from '../stack.ts';
import { runsOf, skipsLayer } from './wav2vec2-layers.ts';
import { activation, count, probability } from '../config-keys.ts';

/** HF ParakeetEncoderConfig keys that affect the computation. */
export const encoderSchema = z
  .looseObject({
    hidden_size: count.multipleOf(2).default(1024),
    num_hidden_layers: count.default(24),
    num_attention_heads: count.default(8),
    intermediate_size: count.default(4096),
    hidden_act: activation.default('silu'),
    attention_bias: z.boolean().default(true),
    convolution_bias: z.boolean().default(true),
    conv_kernel_size: count.default(9).refine((size) => size % 2 === 1, { error: 'must be odd' }),
    subsampling_factor: count.default(8),
    subsampling_conv_channels: count.default(256),
    num_mel_bins: count.default(80),
    subsampling_conv_kernel_size: count.default(3),
    subsampling_conv_stride: count.default(2),
    dropout: probability.default(0.1),
    dropout_positions: probability.default(0),
    layerdrop: probability.default(0.1),
    activation_dropout: probability.default(0.1),
    attention_dropout: probability.default(0.1),
    max_position_embeddings: count.default(5000),
    scale_input: z.boolean().default(true),
  })
  .refine(({ hidden_size: width, num_attention_heads: heads }) => width % heads === 0, {
    path: ['num_attention_heads'],
    error: 'must divide hidden_size',
  })
  .refine(({ subsampling_factor: factor }) => factor >= 2 && Number.isInteger(Math.log2(factor)), {
    path: ['subsampling_factor'],
    error: 'must be a power of 2',
  });

export type EncoderConfig = z.output<typeof encoderSchema>;

/** torch's default, not configurable. */
const NORM_EPSILON = 1e-5;

/** Number of convolutions that halve the frames. */
export const halvings = ({ subsampling_factor: factor }: EncoderConfig) => Math.log2(factor);

/** Number of frames or mel bins left after these convolutions. */
export function shortened(config: EncoderConfig, side: number, convolutions = halvings(config)): number {
  const { subsampling_conv_kernel_size: kernel, subsampling_conv_stride: stride } = config;
  const padding = Math.floor((kernel - 1) / 2);
  let length = side;
  for (let i = 0; i < convolutions; i++) length = Math.floor((length + 2 * padding - kernel) / stride) + 1;
  return Math.max(0, length);
}

/** Convolutions over time and frequency that merge several frames into a token. */
export class Subsampling extends Module {
  readonly linear: Linear;
  readonly #convolutions: readonly (readonly Convolution2d[])[];

  constructor(config: EncoderConfig) {
    super();
    const { subsampling_conv_channels: channels, num_mel_bins: bins } = config;
    const { subsampling_conv_kernel_size: kernel, subsampling_conv_stride: stride } = config;
    const shape = { kernel, stride, padding: Math.floor((kernel - 1) / 2) };
    const both = { in: channels, out: channels };
    this.#convolutions = Array.from({ length: halvings(config) }, (_, i) =>
      i === 0
        ? [new Convolution2d({ in: 1, out: channels }, shape)]
        : [new Convolution2d(both, { ...shape, groups: channels }), new Convolution2d(both, { kernel: 1 })],
    );
    // Activations take up an index in the checkpoint's list as well.
    const listed = this.#convolutions.flatMap((some) => [...some, undefined]);
    for (const [i, part] of listed.entries()) if (part !== undefined) place(this, `layers.${i}`, part);
    this.linear = new Linear(channels * shortened(config, bins), config.hidden_size, {
      bias: true,
    });
  }

  /** Recordings [B, M, F] with their lengths → [N, D] */
  forward(features: Tensor, lengths: readonly number[]): Tensor {
    const runs = runsOf(lengths);
    const parts = features.split(runs.map(({ rows }) => rows));
    // Cuts padding off first: biases make it nonzero after one convolution, so it would leak into the last token.
    return this.linear.forward(cat(runs.map(({ length }, i) => this.#convolved(parts[i].narrow(2, 0, length)))));
  }

  /** [B, M, F] → [B · T, C · M'] */
  #convolved(features: Tensor): Tensor {
    let maps = features.transpose(1, 2).unsqueeze(1); // [B, 1, F, M]
    for (const some of this.#convolutions) {
      maps = activations.relu(some.reduce((read, convolution) => convolution.forward(read), maps)); // [B, C, T, M']
    }
    return maps.transpose(1, 2).flatten(2).flatten(0, 1);
  }
}

class FeedForward extends Module {
  readonly linear1: Linear;
  readonly linear2: Linear;
  readonly #activation: Activation;
  readonly #dropout: Dropout;

  constructor(config: EncoderConfig, path: string) {
    super();
    const { hidden_size: width, intermediate_size: inner, attention_bias: bias } = config;
    this.linear1 = new Linear(width, inner, { bias });
    this.linear2 = new Linear(inner, width, { bias });
    this.#activation = activations[config.hidden_act];
    this.#dropout = new Dropout(config.activation_dropout, path);
  }

  forward(x: Tensor): Tensor {
    return this.linear2.forward(this.#dropout.forward(this.#activation(this.linear1.forward(x))));
  }
}

/** Attention with content and distance scores, each with its own learned query bias (Dai et al., 2019). */
class Attention extends Module implements ContentBias {
  readonly q_proj: Linear;
  readonly k_proj: Linear;
  readonly v_proj: Linear;
  readonly o_proj: Linear;
  readonly relative_k_proj: Linear;
  /** [H, d] each: query biases for content and for distance. */
  readonly bias_u: Parameter;
  readonly bias_v: Parameter;
  readonly #dropouts: { probabilities: Dropout; positions: Dropout };

  constructor(config: EncoderConfig, path: string) {
    super();
    const { hidden_size: width, num_attention_heads: heads, attention_bias: bias } = config;
    this.q_proj = new Linear(width, width, { bias });
    this.k_proj = new Linear(width, width, { bias });
    this.v_proj = new Linear(width, width, { bias });
    this.o_proj = new Linear(width, width, { bias });
    this.relative_k_proj = new Linear(width, width);
    this.bias_u = new Parameter([heads, width / heads]);
    this.bias_v = new Parameter([heads, width / heads]);
    this.#dropouts = {
      probabilities: new Dropout(config.attention_dropout, path),
      // The same site in all layers, since the reference applies it once, to vectors that all layers share.
      positions: new Dropout(config.dropout_positions, 'positions'),
    };
  }

  forward(x: Tensor, { layout }: Pass): Tensor {
    const [heads] = this.bias_u.shape;
    const flat = linearGroup([this.q_proj, this.k_proj, this.v_proj], x);
    const [q, k, v] = flat.map((one) => one.reshape(x.shape[0], heads, -1)); // [N, H, d]
    const request = { layout, causal: false, content: this, dropout: this.#dropouts.probabilities };
    return this.o_proj.forward(attention(q, k, v, request).flatten(1));
  }

  scores({ q, k }: { q: Tensor; k: Tensor }, distances: Tensor): { ofQueries: Tensor; ofKeys: Tensor } {
    const [heads, size] = this.bias_u.shape;
    const [u, v] = [this.bias_u, this.bias_v].map((bias) => bias.value(q.dtype));
    // Dropout of the distance vectors is keyed by distance, as if they were tokens: every batch drops the same ones.
    const keys = withTokens(
      () => distances,
      () => {
        const vectors = sinusoids(distances.neg(), heads * size).to(q.dtype);
        return this.relative_k_proj.forward(this.#dropouts.positions.forward(vectors)).reshape(-1, heads, size);
      },
    ); // [n, H, d]
    return {
      ofQueries: q.add(v.unsqueeze(1)).matmul(keys.permute(1, 2, 0)), // [B, H, T, n]
      ofKeys: k.matmul(u.unsqueeze(2)).expand(...k.shape.slice(0, 3), keys.shape[0]), // [B, H, Tk, n]
    };
  }
}

/** Interleaved sines and cosines with wavelengths from 2π to 10,000 · 2π: [n] → [n, D] */
function sinusoids(positions: Tensor, width: number): Tensor {
  const exponents = aten.arange.default(width / 2, { dtype: 'f64', device: positions.device });
  const frequencies = aten.exp.default(exponents.mul((-2 * Math.log(10000)) / width));
  const angles = positions.to('f64').unsqueeze(1).mul(frequencies); // [n, D / 2]
  return aten.stack.default([aten.sin.default(angles), aten.cos.default(angles)], { dim: 2 }).flatten(1);
}

/** Depthwise convolution over neighbouring frames, between pointwise ones. */
class ConvolutionModule extends Module {
  readonly pointwise_conv1: Convolution;
  readonly depthwise_conv: Convolution;
  readonly norm: BatchNorm2d;
  readonly pointwise_conv2: Convolution;
  readonly #activation: Activation;

  constructor({
    hidden_size: width,
    conv_kernel_size: kernel,
    convolution_bias: bias,
    hidden_act: name,
  }: EncoderConfig) {
    super();
    const padding = (kernel - 1) / 2;
    this.pointwise_conv1 = new Convolution({ in: width, out: 2 * width }, { kernel: 1, bias });
    this.depthwise_conv = new Convolution({ in: width, out: width }, { kernel, padding, groups: width, bias });
    this.norm = new BatchNorm2d(width, NORM_EPSILON);
    this.pointwise_conv2 = new Convolution({ in: width, out: width }, { kernel: 1, bias });
    this.#activation = activations[name];
  }

  /** [N, D] → [N, D]; the convolution does not cross row boundaries. */
  forward(x: Tensor, layout: Layout): Tensor {
    const runs = runsOf(segmentLengths(layout));
    const parts = x.split(runs.map(({ rows, length }) => rows * length));
    return cat(runs.map(({ rows, length }, i) => this.#ofRows(parts[i].reshape(rows, length, -1)).flatten(0, 1)));
  }

  /** [B, T, D] → [B, T, D] */
  #ofRows(x: Tensor): Tensor {
    const [values, gate] = this.pointwise_conv1.forward(x.transpose(1, 2)).chunk(2, 1); // [B, D, T] each
    const seen = this.depthwise_conv.forward(values.mul(aten.sigmoid.default(gate)));
    const normed = this.norm.forward(seen.unsqueeze(3)).squeeze(3);
    return this.pointwise_conv2.forward(this.#activation(normed)).transpose(1, 2);
  }
}

/** Attention and convolution between two half-step feed-forward layers (Gulati et al., "Conformer", 2020). */
export class ConformerBlock extends Block {
  readonly feed_forward1: FeedForward;
  readonly self_attn: Attention;
  readonly conv: ConvolutionModule;
  readonly feed_forward2: FeedForward;
  readonly norm_feed_forward1: LayerNorm;
  readonly norm_self_att: LayerNorm;
  readonly norm_conv: LayerNorm;
  readonly norm_feed_forward2: LayerNorm;
  readonly norm_out: LayerNorm;
  readonly attention_sublayer: Sublayer;
  readonly mlp_sublayer: Sublayer;
  readonly #skipped: number;
  readonly #index: number;

  constructor(config: EncoderConfig, index: number) {
    super();
    const norm = () => new LayerNorm(config.hidden_size, NORM_EPSILON);
    this.feed_forward1 = new FeedForward(config, `layers.${index}.feed_forward1`);
    this.self_attn = new Attention(config, `layers.${index}.self_attn`);
    this.conv = new ConvolutionModule(config);
    this.feed_forward2 = new FeedForward(config, `layers.${index}.feed_forward2`);
    this.norm_feed_forward1 = norm();
    this.norm_self_att = norm();
    this.norm_conv = norm();
    this.norm_feed_forward2 = norm();
    this.norm_out = norm();
    this.attention_sublayer = new Sublayer('attention', config.hidden_size);
    this.mlp_sublayer = new Sublayer('mlp', config.hidden_size);
    this.#skipped = config.layerdrop;
    this.#index = index;
  }

  override forward(x: Tensor, pass: Pass): Tensor {
    if (skipsLayer(this.#skipped, this.#index)) return x.clone();
    const fed = x.add(this.feed_forward1.forward(this.norm_feed_forward1.forward(x)).mul(0.5));
    const read = this.norm_self_att.forward(fed);
    const attended = fed.add(this.attention_sublayer.change(read, this.self_attn.forward(read, pass)));
    const seen = attended.add(this.conv.forward(this.norm_conv.forward(attended), pass.layout));
    const again = this.norm_feed_forward2.forward(seen);
    const changed = this.mlp_sublayer.change(again, this.feed_forward2.forward(again).mul(0.5));
    return this.norm_out.forward(seen.add(changed));
  }
}
