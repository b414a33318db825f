// B images, C channels, Y and X height and width
import { Dropout, LayerNorm, Module, Parameter } from '../../engine/nn/index.ts';
import { aten, zeros, type DType, type Tensor } from '../../engine/tensor/index.ts';
import type { Architecture, Trunk } from '../architecture.ts';
import { parseConfig } from '../raw-config.ts';
import { imagesOf, PatchEmbeddings, type ImageShape } from '../images.ts';
import { Block, type Pass } from '../stack.ts';
import { ConvolutionalStack, dropRates, halved, mapsOfPlaces, tokensOfPlaces, withPlaces } from './convolutional.ts';
import { EPSILON, Layer, PatchMerging, StageWindows, swinSchema, type SwinConfig } from './swin-layers.ts';

class Stage extends Block {
  readonly blocks: readonly Layer[];
  readonly downsample?: PatchMerging;
  readonly #windows: StageWindows;

  constructor(config: SwinConfig, index: number) {
    super();
    const { depths, num_heads: heads, drop_path_rate: most } = config;
    const shape = { width: config.embed_dim * 2 ** index, heads: heads[index] };
    this.#windows = new StageWindows(config, depths[index]);
    this.blocks = dropRates(depths, index, most).map((dropped, i) => {
      return new Layer(config, shape, { dropped, path: `encoder.layers.${index}.blocks.${i}` });
    });
    if (index < depths.length - 1) this.downsample = new PatchMerging(shape.width);
  }

  override forward(maps: Tensor, pass: Pass): Tensor {
    const { shape } = maps;
    const kinds = this.#windows.of(maps);
    const tokens = this.blocks.reduce(
      (x, layer, i) => layer.forward(x, pass, { shape, windows: kinds[i % kinds.length] }),
      tokensOfPlaces(maps),
    );
    return this.downsample?.forward(tokens, pass, shape) ?? mapsOfPlaces(tokens, shape);
  }
}

class Embeddings extends Module {
  readonly patch_embeddings: PatchEmbeddings;
  readonly position_embeddings?: Parameter;
  readonly norm: LayerNorm;
  readonly #dropout: Dropout;
  readonly #patch: readonly number[];
  readonly #shape: ImageShape;

  constructor(config: SwinConfig) {
    super();
    const { embed_dim: width, num_channels: channels, patch_size: patch, image_size: size } = config;
    this.#patch = patch;
    this.#shape = { channels, size };
    this.patch_embeddings = new PatchEmbeddings({ channels, patch, width });
    const patches = Math.floor(size[0] / patch[0]) * Math.floor(size[1] / patch[1]);
    if (config.use_absolute_embeddings) this.position_embeddings = new Parameter([1, patches, width]);
    this.norm = new LayerNorm(width, EPSILON);
    this.#dropout = new Dropout(config.hidden_dropout_prob, 'embeddings');
  }

  override fixedValue(name: string, { dtype, device }: { dtype: DType; device: string }): Tensor | undefined {
    return name === 'position_embeddings' ? zeros(this.position_embeddings!.shape, { dtype, device }) : undefined;
  }

  /** [B, C, Y, X] → maps of patches, whose sides are rounded up */
  forward(images: Tensor, pass: Pass): Tensor {
    const [below, beside] = this.#patch.map((side, axis) => (side - (images.shape[2 + axis] % side)) % side);
    const maps = this.patch_embeddings.projection.forward(aten.constant_pad_nd.default(images, [0, beside, 0, below]));
    const [B, C, Y, X] = maps.shape;
    const { position_embeddings: positions } = this;
    if (positions !== undefined && positions.shape[1] !== Y * X) imagesOf({ features: images }, this.#shape);
    return withPlaces(pass, maps.shape, () => {
      const normed = this.norm.forward(tokensOfPlaces(maps)).reshape(B, Y * X, C);
      const placed = positions === undefined ? normed : normed.add(positions.value(pass.dtype));
      return mapsOfPlaces(this.#dropout.forward(placed.flatten(0, 1)), maps.shape);
    });
  }
}

class Encoder extends Module {
  readonly layers: readonly Stage[];

  constructor(config: SwinConfig) {
    super();
    this.layers = config.depths.map((_, index) => new Stage(config, index));
  }
}

/** Transformer with windows that shift between layers, on successively smaller maps (Liu et al., 2021; HF SwinModel). */
class Swin extends ConvolutionalStack implements Trunk {
  readonly embeddings: Embeddings;
  readonly encoder: Encoder;
  readonly layernorm: LayerNorm;
  readonly width: number;
  readonly #config: SwinConfig;

  constructor(config: SwinConfig) {
    super(config);
    this.embeddings = new Embeddings(config);
    this.encoder = new Encoder(config);
    this.width = config.embed_dim * 2 ** (config.depths.length - 1);
    this.layernorm = new LayerNorm(this.width, config.layer_norm_eps);
    this.#config = config;
  }

  override get blockList(): readonly Block[] {
    return this.encoder.layers;
  }
  protected override stem(images: Tensor, pass: Pass): Tensor {
    return this.embeddings.forward(images, pass);
  }
  protected override sideOf(side: number, axis: 0 | 1): number {
    return sideOf(this.#config, side, axis);
  }
  override finish(x: Tensor): Tensor {
    return this.layernorm.forward(super.finish(x));
  }
}

/** Side of the last feature map: each stage but the last halves it, rounding up. */
function sideOf({ patch_size: patch, depths }: SwinConfig, side: number, axis: 0 | 1): number {
  return halved(Math.ceil(side / patch[axis]), depths.length - 1);
}

export const architecture: Architecture = {
  modelType: 'swin',
  prefix: 'swin',
  modalities: ['image'],
  build: (raw) => new Swin(parseConfig(swinSchema, raw)),
  heads: () => ({
    sequence: {
      head: 'sequence',
      className: 'SwinForImageClassification',
      options: { name: 'classifier', pool: 'mean', bias: true },
    },
  }),
  limits(raw) {
    const config = parseConfig(swinSchema, raw);
    const [rows, columns] = config.image_size.map((side, axis) => sideOf(config, side, axis as 0 | 1));
    return { vocabularySize: 0, maxPositions: rows * columns };
  },
  // The first are derived from the configuration; the others are only used in pre-training.
  passedOver: () => [/\.relative_position_index$/, /\bembeddings\.mask_token$/, /^decoder\./],
};
