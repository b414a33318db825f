// B images, C channels, Y and X height and width, M pixels of all feature maps at a stage
import { z } from 'zod';
import {
  activations,
  Convolution2d,
  DropPath,
  LayerNorm,
  Linear,
  Module,
  Parameter,
  Sublayer,
  type Activation,
} from '../../engine/nn/index.ts';
import { zeros, type DType, type Tensor } from '../../engine/tensor/index.ts';
import type { Architecture, Trunk } from '../architecture.ts';
import { parseConfig } from '../raw-config.ts';
import { ConvolutionalStack, dropRates, mapsOfPlaces, tokensOfPlaces, withPlaces } from './convolutional.ts';
import { sides } from '../images.ts';
import { Block, type Pass } from '../stack.ts';
import { activation, count, probability } from '../config-keys.ts';

/** HF ConvNextConfig keys that affect the computation. */
const schema = z
  .looseObject({
    num_channels: count.default(3),
    patch_size: sides.default([4, 4]),
    hidden_sizes: z.array(count).min(1).default([96, 192, 384, 768]),
    depths: z.array(count).min(1).default([3, 3, 9, 3]),
    hidden_act: activation.default('gelu'),
    layer_norm_eps: z.number().default(1e-12),
    layer_scale_init_value: z.number().default(1e-6),
    drop_path_rate: probability.default(0),
    image_size: sides.default([224, 224]),
  })
  .refine(({ hidden_sizes: widths, depths }) => widths.length === depths.length, {
    path: ['depths'],
    error: 'must have as many entries as hidden_sizes',
  });

type ConvNextConfig = z.output<typeof schema>;

/** Epsilon of the inner norms; only the norm after pooling uses the configuration's. */
const EPSILON = 1e-6;

/** LayerNorm over the channels of each pixel: [B, C, Y, X] → same shape */
class MapNorm extends LayerNorm {
  override forward(maps: Tensor): Tensor {
    return mapsOfPlaces(super.forward(tokensOfPlaces(maps)), maps.shape);
  }
}

/** A depthwise convolution, then two linear layers per pixel. */
class Layer extends Module {
  readonly dwconv: Convolution2d;
  readonly layernorm: LayerNorm;
  readonly pwconv1: Linear;
  readonly pwconv2: Linear;
  readonly layer_scale_parameter?: Parameter;
  readonly mlp_sublayer: Sublayer;
  readonly #activation: Activation;
  readonly #dropPath: DropPath;
  readonly #scale: number;

  constructor(config: ConvNextConfig, width: number, place: { dropped: number; path: string }) {
    super();
    this.dwconv = new Convolution2d({ in: width, out: width }, { kernel: 7, padding: 3, groups: width });
    this.layernorm = new LayerNorm(width, EPSILON);
    this.pwconv1 = new Linear(width, 4 * width, { bias: true });
    this.pwconv2 = new Linear(4 * width, width, { bias: true });
    this.#scale = config.layer_scale_init_value;
    if (this.#scale > 0) this.layer_scale_parameter = new Parameter([width]);
    this.mlp_sublayer = new Sublayer('mlp', width);
    this.#activation = activations[config.hidden_act];
    this.#dropPath = new DropPath(place.dropped, place.path);
  }

  override fixedValue(name: string, { dtype, device }: { dtype: DType; device: string }): Tensor | undefined {
    return name === 'layer_scale_parameter'
      ? zeros(this.layer_scale_parameter!.shape, { dtype, device }).add(this.#scale)
      : undefined;
  }

  forward(maps: Tensor, pass: Pass): Tensor {
    const mixed = tokensOfPlaces(this.dwconv.forward(maps)); // [M, C]
    const added = withPlaces(pass, maps.shape, (layout) => {
      const read = this.layernorm.forward(mixed);
      const made = this.pwconv2.forward(this.#activation(this.pwconv1.forward(read)));
      const changed = this.mlp_sublayer.change(read, made);
      const scale = this.layer_scale_parameter?.value(changed.dtype);
      return this.#dropPath.forward(scale === undefined ? changed : changed.mul(scale), layout);
    });
    return maps.add(mapsOfPlaces(added, maps.shape));
  }
}

class Stage extends Block {
  readonly downsampling_layer?: readonly [MapNorm, Convolution2d];
  readonly layers: readonly Layer[];

  constructor(config: ConvNextConfig, index: number) {
    super();
    const { hidden_sizes: widths, depths, drop_path_rate: most } = config;
    const width = widths[index];
    if (index > 0) {
      const from = widths[index - 1];
      this.downsampling_layer = [
        new MapNorm(from, EPSILON),
        new Convolution2d({ in: from, out: width }, { kernel: 2, stride: 2 }),
      ];
    }
    this.layers = dropRates(depths, index, most).map((dropped, i) => {
      return new Layer(config, width, { dropped, path: `encoder.stages.${index}.layers.${i}` });
    });
  }

  override forward(maps: Tensor, pass: Pass): Tensor {
    const [norm, convolution] = this.downsampling_layer ?? [];
    const smaller =
      norm === undefined || convolution === undefined
        ? maps
        : convolution.forward(withPlaces(pass, maps.shape, () => norm.forward(maps)));
    return this.layers.reduce((state, layer) => layer.forward(state, pass), smaller);
  }
}

class Embeddings extends Module {
  readonly patch_embeddings: Convolution2d;
  readonly layernorm: MapNorm;

  constructor({ num_channels: channels, hidden_sizes: [out], patch_size: patch }: ConvNextConfig) {
    super();
    this.patch_embeddings = new Convolution2d({ in: channels, out }, { kernel: patch, stride: patch });
    this.layernorm = new MapNorm(out, EPSILON);
  }

  forward(images: Tensor, pass: Pass): Tensor {
    const maps = this.patch_embeddings.forward(images);
    return withPlaces(pass, maps.shape, () => this.layernorm.forward(maps));
  }
}

class Encoder extends Module {
  readonly stages: readonly Stage[];

  constructor(config: ConvNextConfig) {
    super();
    this.stages = config.depths.map((_, index) => new Stage(config, index));
  }
}

/** Convolutional network modelled on transformers (Liu et al., 2022; HF ConvNextModel). Its blocks are stages. */
class ConvNext extends ConvolutionalStack implements Trunk {
  readonly embeddings: Embeddings;
  readonly encoder: Encoder;
  /** Applied after pooling. */
  readonly layernorm: LayerNorm;
  readonly width: number;
  readonly #config: ConvNextConfig;

  constructor(config: ConvNextConfig) {
    super(config);
    this.embeddings = new Embeddings(config);
    this.encoder = new Encoder(config);
    this.width = config.hidden_sizes[config.hidden_sizes.length - 1];
    this.layernorm = new LayerNorm(this.width, config.layer_norm_eps);
    this.#config = config;
  }

  get pooler(): LayerNorm {
    return this.layernorm;
  }
  override get blockList(): readonly Block[] {
    return this.encoder.stages;
  }
  protected override stem(images: Tensor, pass: Pass): Tensor {
    return this.embeddings.forward(images, pass);
  }
  protected override sideOf(side: number, axis: 0 | 1): number {
    return sideOf(this.#config, side, axis);
  }
}

/** Side of the last feature map: each stage but the first halves it, rounding down. */
function sideOf({ patch_size: patch, depths }: ConvNextConfig, side: number, axis: 0 | 1): number {
  return Math.floor(side / patch[axis] / 2 ** (depths.length - 1));
}

export const architecture: Architecture = {
  modelType: 'convnext',
  prefix: 'convnext',
  modalities: ['image'],
  build: (raw) => new ConvNext(parseConfig(schema, raw)),
  heads: () => ({
    sequence: {
      head: 'sequence',
      className: 'ConvNextForImageClassification',
      options: { name: 'classifier', pool: 'mean', pooler: true, bias: true },
    },
  }),
  limits(raw) {
    const config = parseConfig(schema, raw);
    const [rows, columns] = config.image_size.map((side, axis) => sideOf(config, side, axis as 0 | 1));
    return { vocabularySize: 0, maxPositions: rows * columns };
  },
};
