// B images, C channels, Y and X height and width, N pixels of all feature maps
import { z } from 'zod';
import { Module } from '../../engine/nn/index.ts';
import { aten, type Tensor } from '../../engine/tensor/index.ts';
import type { Architecture, Trunk } from '../architecture.ts';
import { parseConfig } from '../raw-config.ts';
import { ConvolutionalStack, halved, NormedConvolution } from './convolutional.ts';
import { Block } from '../stack.ts';
import { activation, count, probability } from '../config-keys.ts';

/** HF MobileNetV2Config keys that affect the computation. */
const schema = z.looseObject({
  num_channels: count.default(3),
  image_size: count.default(224),
  depth_multiplier: z.number().positive().default(1),
  depth_divisible_by: count.default(8),
  min_depth: count.default(8),
  expand_ratio: z.number().positive().default(6),
  output_stride: count.default(32),
  first_layer_is_expansion: z.boolean().default(true),
  finegrained_output: z.boolean().default(true),
  hidden_act: activation.default('relu6'),
  tf_padding: z.boolean().default(true),
  classifier_dropout_prob: probability.default(0.8),
  layer_norm_eps: z.number().default(0.001),
});

type MobileNetConfig = z.output<typeof schema>;

const STEM_WIDTH = 32;
const WIDTHS = [16, 24, 24, 32, 32, 32, 64, 64, 64, 64, 96, 96, 96, 160, 160, 160, 320];
const STRIDES = [2, 1, 2, 1, 1, 2, 1, 1, 1, 1, 1, 1, 2, 1, 1, 1];
const LAST_WIDTH = 1280;

/** Rounds to the nearest multiple, but never down by more than 10 %. */
function divisible(value: number, { depth_divisible_by: divisor, min_depth: least }: MobileNetConfig): number {
  const rounded = Math.max(least, Math.floor(Math.trunc(value + divisor / 2) / divisor) * divisor);
  return rounded < 0.9 * value ? rounded + divisor : rounded;
}

function scaledWidth(width: number, config: MobileNetConfig): number {
  return divisible(roundHalfToEven(width * config.depth_multiplier), config);
}

/** Python's `round`. */
function roundHalfToEven(value: number): number {
  const rounded = Math.round(value);
  return Math.abs(value % 1) === 0.5 && rounded % 2 !== 0 ? rounded - 1 : rounded;
}

interface ConvolutionShape {
  in: number;
  out: number;
  kernel: number;
  stride?: number;
  dilation?: number;
  groups?: number;
  isLinear?: boolean;
}

/** A normalised convolution with TensorFlow's padding, if configured: the excess goes to the right and the bottom. */
class Convolution extends NormedConvolution {
  readonly #padding?: { kernel: number; stride: number; dilation: number };

  constructor(config: MobileNetConfig, { isLinear = false, ...shape }: ConvolutionShape) {
    const { kernel, stride = 1, dilation = 1 } = shape;
    const padding = config.tf_padding ? 0 : Math.floor((kernel - 1) / 2) * dilation;
    const activation = isLinear ? undefined : config.hidden_act;
    super({ ...shape, padding, activation, epsilon: config.layer_norm_eps });
    if (config.tf_padding) this.#padding = { kernel, stride, dilation };
  }

  override forward(x: Tensor): Tensor {
    return super.forward(
      this.#padding === undefined || this.#padding.kernel === 1 ? x : this.#padded(x, this.#padding),
    );
  }

  #padded(x: Tensor, { kernel, stride, dilation }: { kernel: number; stride: number; dilation: number }): Tensor {
    const [, , height, width] = x.shape;
    const sides = [width, height].flatMap((side) => {
      const all = Math.max(kernel - (side % stride === 0 ? stride : side % stride), 0);
      const before = Math.floor(all / 2);
      return [before * dilation, (all - before) * dilation];
    });
    return sides.every((side) => side === 0) ? x : aten.constant_pad_nd.default(x, sides);
  }
}

/** Expands, convolves each channel alone, and narrows again; added to the input if the shapes are equal. */
class InvertedResidual extends Block {
  readonly expand_1x1: Convolution;
  readonly conv_3x3: Convolution;
  readonly reduce_1x1: Convolution;
  readonly #isResidual: boolean;

  constructor(config: MobileNetConfig, shape: LayerShape) {
    super();
    const { in: from, out, stride, dilation } = shape;
    const wide = divisible(roundHalfToEven(from * config.expand_ratio), config);
    this.expand_1x1 = new Convolution(config, { in: from, out: wide, kernel: 1 });
    this.conv_3x3 = new Convolution(config, { in: wide, out: wide, kernel: 3, stride, dilation, groups: wide });
    this.reduce_1x1 = new Convolution(config, { in: wide, out, kernel: 1, isLinear: true });
    this.#isResidual = stride === 1 && from === out;
  }

  override forward(x: Tensor): Tensor {
    const made = this.reduce_1x1.forward(this.conv_3x3.forward(this.expand_1x1.forward(x)));
    return this.#isResidual ? x.add(made) : made;
  }
}

class Stem extends Module {
  readonly first_conv: Convolution;
  readonly expand_1x1?: Convolution;
  readonly conv_3x3: Convolution;
  readonly reduce_1x1: Convolution;

  constructor(config: MobileNetConfig) {
    super();
    const wide = scaledWidth(STEM_WIDTH, config);
    this.first_conv = new Convolution(config, { in: config.num_channels, out: wide, kernel: 3, stride: 2 });
    if (!config.first_layer_is_expansion) this.expand_1x1 = new Convolution(config, { in: wide, out: wide, kernel: 1 });
    this.conv_3x3 = new Convolution(config, { in: wide, out: wide, kernel: 3, groups: wide });
    this.reduce_1x1 = new Convolution(config, {
      in: wide,
      out: scaledWidth(WIDTHS[0], config),
      kernel: 1,
      isLinear: true,
    });
  }

  forward(images: Tensor): Tensor {
    const first = this.first_conv.forward(images);
    return this.reduce_1x1.forward(this.conv_3x3.forward(this.expand_1x1?.forward(first) ?? first));
  }
}

interface LayerShape {
  in: number;
  out: number;
  stride: number;
  dilation: number;
}

/** Once the feature map is as small as `output_stride` allows, strides become dilations. */
function layerShapes(config: MobileNetConfig): LayerShape[] {
  const widths = WIDTHS.map((width) => scaledWidth(width, config));
  let [reached, dilation] = [2, 1];
  return STRIDES.map((stride, i) => {
    const shape = { in: widths[i], out: widths[i + 1] };
    if (reached !== config.output_stride) {
      reached *= stride;
      return { ...shape, stride, dilation: 1 };
    }
    const own = dilation;
    dilation *= stride;
    return { ...shape, stride: 1, dilation: own };
  });
}

/** Inverted residuals with depthwise convolutions (Sandler et al., 2018; HF MobileNetV2Model). Its tokens are pixels. */
class MobileNetV2 extends ConvolutionalStack implements Trunk {
  readonly conv_stem: Stem;
  readonly layer: readonly InvertedResidual[];
  readonly conv_1x1: Convolution;
  readonly width: number;
  readonly #config: MobileNetConfig;

  constructor(config: MobileNetConfig) {
    super(config);
    const shapes = layerShapes(config);
    const keepsWidth = config.finegrained_output && config.depth_multiplier < 1;
    this.width = keepsWidth ? LAST_WIDTH : scaledWidth(LAST_WIDTH, config);
    this.conv_stem = new Stem(config);
    this.layer = shapes.map((shape) => new InvertedResidual(config, shape));
    this.conv_1x1 = new Convolution(config, { in: shapes[shapes.length - 1].out, out: this.width, kernel: 1 });
    this.#config = config;
  }

  override get blockList(): readonly Block[] {
    return this.layer;
  }
  protected override stem(images: Tensor): Tensor {
    return this.conv_stem.forward(images);
  }
  protected override sideOf(side: number): number {
    return sideOf(this.#config, side);
  }
  override finish(x: Tensor): Tensor {
    return super.finish(this.conv_1x1.forward(x));
  }
}

/** Side of the last feature map. */
function sideOf(config: MobileNetConfig, side: number): number {
  return halved(side, 1 + layerShapes(config).filter(({ stride }) => stride === 2).length);
}

export const architecture: Architecture = {
  modelType: 'mobilenet_v2',
  prefix: 'mobilenet_v2',
  modalities: ['image'],
  build: (raw) => new MobileNetV2(parseConfig(schema, raw)),
  heads(raw) {
    const { classifier_dropout_prob: dropout } = parseConfig(schema, raw);
    return {
      sequence: {
        head: 'sequence',
        className: 'MobileNetV2ForImageClassification',
        options: { name: 'classifier', pool: 'mean', bias: true, dropout },
      },
    };
  },
  limits(raw) {
    const config = parseConfig(schema, raw);
    return { vocabularySize: 0, maxPositions: sideOf(config, config.image_size) ** 2 };
  },
};
