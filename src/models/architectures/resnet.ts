// B images, C channels, Y and X height and width, N places of all images
import { z } from 'zod';
import { activations, Module, type Activation } from '../../engine/nn/index.ts';
import { aten, type Tensor } from '../../engine/tensor/index.ts';
import type { Architecture, Trunk } from '../architecture.ts';
import { parseConfig } from '../raw-config.ts';
import { ConvolutionalStack, halved, NormedConvolution, type NormedConvolutionShape } from './convolutional.ts';
import { Block } from '../stack.ts';
import { activation, count } from '../config-keys.ts';

/** HF ResNetConfig keys that affect the computation. */
const schema = z
  .looseObject({
    num_channels: count.default(3),
    embedding_size: count.default(64),
    hidden_sizes: z.array(count).min(1).default([256, 512, 1024, 2048]),
    depths: z.array(count).min(1).default([3, 4, 6, 3]),
    layer_type: z.enum(['basic', 'bottleneck']).default('bottleneck'),
    hidden_act: activation.default('relu'),
    downsample_in_first_stage: z.boolean().default(false),
    downsample_in_bottleneck: z.boolean().default(false),
  })
  .refine(({ hidden_sizes: sizes, depths }) => sizes.length === depths.length, {
    path: ['depths'],
    error: 'must have as many entries as hidden_sizes',
  });

type ResNetConfig = z.output<typeof schema>;

/** torch's default, which the configuration cannot change. */
const EPSILON = 1e-5;
/** Ratio of a bottleneck's outer to inner width. */
const REDUCTION = 4;
/** Image size of most checkpoints; the configuration does not include it. */
const USUAL_SIDE = 224;

function convolution(shape: Omit<NormedConvolutionShape, 'epsilon' | 'padding'>): NormedConvolution {
  // Kaiming initialisation (fan out).
  const deviation = Math.sqrt(2 / (shape.out * shape.kernel ** 2));
  return new NormedConvolution({ ...shape, padding: Math.floor(shape.kernel / 2), epsilon: EPSILON, deviation });
}

interface LayerShape {
  in: number;
  out: number;
  stride: number;
}

/** Two or three convolutions with a shortcut. The inner ones always use ReLU, whatever hidden_act is. */
class Layer extends Module {
  readonly shortcut?: NormedConvolution;
  readonly layer: readonly NormedConvolution[];
  readonly #activation: Activation;

  constructor(config: ResNetConfig, shape: LayerShape) {
    super();
    const { in: from, out, stride } = shape;
    if (from !== out || stride !== 1) this.shortcut = convolution({ in: from, out, kernel: 1, stride });
    this.layer = config.layer_type === 'basic' ? basic(shape) : bottleneck(config, shape);
    this.#activation = activations[config.hidden_act];
  }

  forward(x: Tensor): Tensor {
    const made = this.layer.reduce((state, part) => part.forward(state), x);
    return this.#activation(made.add(this.shortcut?.forward(x) ?? x));
  }
}

function basic({ in: from, out, stride }: LayerShape): NormedConvolution[] {
  return [
    convolution({ in: from, out, kernel: 3, stride, activation: 'relu' }),
    convolution({ in: out, out, kernel: 3 }),
  ];
}

function bottleneck(config: ResNetConfig, { in: from, out, stride }: LayerShape): NormedConvolution[] {
  const narrow = Math.floor(out / REDUCTION);
  const [first, second] = config.downsample_in_bottleneck ? [stride, 1] : [1, stride];
  return [
    convolution({ in: from, out: narrow, kernel: 1, stride: first, activation: 'relu' }),
    convolution({ in: narrow, out: narrow, kernel: 3, stride: second, activation: 'relu' }),
    convolution({ in: narrow, out, kernel: 1 }),
  ];
}

class Stage extends Block {
  readonly layers: readonly Layer[];

  constructor(config: ResNetConfig, index: number) {
    super();
    const { hidden_sizes: widths, depths, embedding_size: embedding } = config;
    const out = widths[index];
    const first = { in: index === 0 ? embedding : widths[index - 1], out, stride: strideOf(config, index) };
    this.layers = Array.from(
      { length: depths[index] },
      (_, i) => new Layer(config, i === 0 ? first : { in: out, out, stride: 1 }),
    );
  }

  override forward(x: Tensor): Tensor {
    return this.layers.reduce((state, layer) => layer.forward(state), x);
  }
}

function strideOf(config: ResNetConfig, stage: number): number {
  return stage === 0 && !config.downsample_in_first_stage ? 1 : 2;
}

class Embeddings extends Module {
  readonly embedder: NormedConvolution;

  constructor({ num_channels: channels, embedding_size: out, hidden_act: activation }: ResNetConfig) {
    super();
    this.embedder = convolution({ in: channels, out, kernel: 7, stride: 2, activation });
  }

  forward(images: Tensor): Tensor {
    return aten.max_pool2d.default(this.embedder.forward(images), [3, 3], { stride: [2, 2], padding: [1, 1] });
  }
}

class Encoder extends Module {
  readonly stages: readonly Stage[];

  constructor(config: ResNetConfig) {
    super();
    this.stages = config.depths.map((_, index) => new Stage(config, index));
  }
}

/** Residual network (He et al., 2016; HF ResNetModel). Its blocks are stages, its tokens the pixels of the last feature map. */
class ResNet extends ConvolutionalStack implements Trunk {
  readonly embedder: Embeddings;
  readonly encoder: Encoder;
  readonly width: number;
  readonly #config: ResNetConfig;

  constructor(config: ResNetConfig) {
    super(config);
    this.embedder = new Embeddings(config);
    this.encoder = new Encoder(config);
    this.width = config.hidden_sizes[config.hidden_sizes.length - 1];
    this.#config = config;
  }

  override get blockList(): readonly Block[] {
    return this.encoder.stages;
  }
  protected override stem(images: Tensor): Tensor {
    return this.embedder.forward(images);
  }
  protected override sideOf(side: number): number {
    return sideOf(this.#config, side);
  }
}

/** Side of the last feature map: the stem halves it twice, most stages once more. */
function sideOf(config: ResNetConfig, side: number): number {
  return halved(side, 2 + config.depths.filter((_, stage) => strideOf(config, stage) === 2).length);
}

export const architecture: Architecture = {
  modelType: 'resnet',
  prefix: 'resnet',
  modalities: ['image'],
  build: (raw) => new ResNet(parseConfig(schema, raw)),
  heads: () => ({
    sequence: {
      head: 'sequence',
      className: 'ResNetForImageClassification',
      options: { name: 'classifier.1', pool: 'mean', bias: true },
    },
  }),
  limits: (raw) => ({ vocabularySize: 0, maxPositions: sideOf(parseConfig(schema, raw), USUAL_SIDE) ** 2 }),
};
