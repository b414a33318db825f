// B recordings, S samples, C channels, T frames of a recording, N frames of all recordings, D width
import { AttuneError } from '../../base/errors.ts';
import {
  activations,
  ChannelNorm,
  Convolution,
  Dropout,
  LayerNorm,
  Linear,
  Module,
  type Activation,
} from '../../engine/nn/index.ts';
import { cat, type Tensor } from '../../engine/tensor/index.ts';
import type { FrontEnd } from '../architecture.ts';
import type { StackInput } from '../stack.ts';
import type { Wav2Vec2Config } from './wav2vec2-config.ts';

/** torch's default, not configurable. */
const CONVOLUTION_NORM_EPSILON = 1e-5;

/** Kaiming initialisation (He et al., 2015). */
class FeatureConvolution extends Convolution {
  readonly #inputs: number;

  constructor(channels: { in: number; out: number }, options: { kernel: number; stride: number; bias: boolean }) {
    super(channels, options);
    this.#inputs = channels.in * options.kernel;
  }

  override initialDeviation(): number {
    return Math.sqrt(2 / this.#inputs);
  }
}

class ConvolutionLayer extends Module {
  readonly conv: FeatureConvolution;
  readonly layer_norm?: ChannelNorm | LayerNorm;
  readonly #activation: Activation;

  constructor(config: Wav2Vec2Config, layer: number) {
    super();
    const { conv_dim: widths, conv_kernel: kernels, conv_stride: strides, conv_bias: bias } = config;
    const channels = { in: layer === 0 ? 1 : widths[layer - 1], out: widths[layer] };
    this.conv = new FeatureConvolution(channels, { kernel: kernels[layer], stride: strides[layer], bias });
    if (config.feat_extract_norm === 'layer') this.layer_norm = new LayerNorm(channels.out, CONVOLUTION_NORM_EPSILON);
    else if (layer === 0) this.layer_norm = new ChannelNorm(channels.out);
    this.#activation = activations[config.feat_extract_activation];
  }

  /** x [B, C, T] → [B, C', T'] */
  forward(x: Tensor): Tensor {
    return this.#activation(this.#normed(this.conv.forward(x)));
  }

  #normed(x: Tensor): Tensor {
    const norm = this.layer_norm;
    if (norm instanceof LayerNorm) return norm.forward(x.transpose(1, 2)).transpose(1, 2);
    return norm === undefined ? x : norm.forward(x);
  }
}

/** Kernels and strides of successive convolutions over a waveform. */
export type Strides = Readonly<Record<'conv_kernel' | 'conv_stride', readonly number[]>>;

/** Number of frames for `samples`; 0 if too few. */
export function framesOf({ conv_kernel: kernels, conv_stride: strides }: Strides, samples: number): number {
  const count = kernels.reduce((length, kernel, i) => Math.floor((length - kernel) / strides[i]) + 1, samples);
  return Math.max(0, count);
}

/** Each layer runs at a rate, relative to the frames, that is the product of the later strides. Includes the positional convolution. */
export function frontEndOf(config: Wav2Vec2Config): FrontEnd {
  const { conv_dim: widths, conv_kernel: kernels, conv_stride: strides, hidden_size: width } = config;
  const groups = config.num_conv_pos_embedding_groups;
  let [products, values] = [(config.num_conv_pos_embeddings * width * width) / groups, width];
  for (const [layer, out] of widths.entries()) {
    const given = out * strides.slice(layer + 1).reduce((all, stride) => all * stride, 1);
    products += given * kernels[layer] * (widths[layer - 1] ?? 1);
    values += given;
  }
  return { products, values };
}

/** Convolutions that turn a waveform into frames. */
export class FeatureExtractor extends Module {
  readonly conv_layers: readonly ConvolutionLayer[];
  readonly #config: Wav2Vec2Config;

  constructor(config: Wav2Vec2Config) {
    super();
    this.conv_layers = config.conv_dim.map((_, layer) => new ConvolutionLayer(config, layer));
    this.#config = config;
  }

  frameCounts(input: StackInput): number[] {
    return frameCounts(input, this.#config);
  }

  /** Frames of unpadded samples: → [N, C] */
  forward(input: StackInput, features: Tensor): Tensor {
    const convolve = (rows: Tensor) => this.conv_layers.reduce((x, layer) => layer.forward(x), rows);
    return framesOfRecordings({ ...input, features }, this.#config, convolve);
  }
}

/** Frames of each recording. @throws AttuneError E_FEATURES_SHAPE if one is too short for a single frame */
export function frameCounts(input: StackInput, strides: Strides): number[] {
  const counts = sampleCounts(input).map((samples) => framesOf(strides, samples));
  const short = counts.findIndex((count) => count === 0);
  if (short < 0) return counts;
  throw new AttuneError('E_FEATURES_SHAPE', {
    what: `Recording ${short + 1} of ${counts.length} is too short for this model`,
    got: `${sampleCounts(input)[short]} samples`,
    expected: `at least ${fewestSamples(strides)} samples (one frame)`,
  });
}

function fewestSamples({ conv_kernel: kernels, conv_stride: strides }: Strides): number {
  return kernels.reduceRight((length, kernel, i) => (length - 1) * strides[i] + kernel, 1);
}

/**
 * Frames of unpadded samples: → [N, C], by convolutions [B, 1, S] → [B, C, T]. Concatenated rows ([S], with lengths) are
 * processed separately. Padded rows [B, S] are processed as in the reference: a norm over time includes the padding.
 */
export function framesOfRecordings(
  input: StackInput & { features: Tensor },
  strides: Strides,
  convolve: (rows: Tensor) => Tensor,
): Tensor {
  const { features } = input;
  const frames = (rows: Tensor) => convolve(rows.unsqueeze(1)).transpose(1, 2); // [B, T, C]
  if (features.shape.length === 1)
    return cat(features.split(sampleCounts(input)).map((row) => frames(row.unsqueeze(0)).flatten(0, 1)));
  const all = frames(features);
  if (input.featureLengths === undefined) return all.flatten(0, 1);
  return cat(frameCounts(input, strides).map((count, row) => all.select(0, row).narrow(0, 0, count)));
}

/** Unpadded samples of each recording. */
function sampleCounts({ features, featureLengths }: StackInput): readonly number[] {
  if (features === undefined) throw new Error('this encoder reads waveforms [B, samples]');
  const [rows, samples] = features.shape;
  if (featureLengths !== undefined) return featureLengths;
  if (features.shape.length !== 2) throw new Error('concatenated recordings [samples] need featureLengths');
  return Array<number>(rows).fill(samples);
}

/** Projects the convolutions' channels to the blocks' width. */
export class FeatureProjection extends Module {
  readonly layer_norm?: LayerNorm;
  readonly projection: Linear;
  readonly #dropout: Dropout;

  constructor(config: Wav2Vec2Config) {
    super();
    const channels = config.conv_dim[config.conv_dim.length - 1];
    if (config.feat_proj_layer_norm) this.layer_norm = new LayerNorm(channels, config.layer_norm_eps);
    this.projection = new Linear(channels, config.hidden_size, { bias: true });
    this.#dropout = new Dropout(config.feat_proj_dropout, 'feature_projection');
  }

  /** [N, C] → [N, D] */
  forward(x: Tensor): Tensor {
    return this.#dropout.forward(this.projection.forward(this.layer_norm?.forward(x) ?? x));
  }
}
