// N tokens, B images, P patches of an image, D width
import { z } from 'zod';
import {
  Dropout,
  gateOf,
  LayerNorm,
  layoutOfRows,
  Linear,
  Module,
  ModuleBuffer,
  Parameter,
  type Layout,
} from '../../engine/nn/index.ts';
import { aten, cat, zeros, wideType, type DType, type Tensor } from '../../engine/tensor/index.ts';
import type { Architecture, Trunk } from '../architecture.ts';
import { mlp } from './clip-layers.ts';
import { parseConfig } from '../raw-config.ts';
import { imagesOf, PatchEmbeddings, patchGrid, sides, type Sides } from '../images.ts';
import { Stack, type Block, type Pass, type StackInput } from '../stack.ts';
import { ScaledLayer, ViTAttention } from './vit-layers.ts';
import { activation, count, probability } from '../config-keys.ts';

/** HF Dinov2Config keys that affect the computation. */
const schema = z.looseObject({
  hidden_size: count.default(768),
  num_hidden_layers: count.default(12),
  num_attention_heads: count.default(12),
  mlp_ratio: z.number().positive().default(4),
  hidden_act: activation.default('gelu'),
  hidden_dropout_prob: probability.default(0),
  attention_probs_dropout_prob: probability.default(0),
  layer_norm_eps: z.number().default(1e-6),
  image_size: sides.default([224, 224]),
  patch_size: sides.default([14, 14]),
  num_channels: count.default(3),
  qkv_bias: z.boolean().default(true),
  layerscale_value: z.number().default(1),
  drop_path_rate: probability.default(0),
  use_swiglu_ffn: z.boolean().default(false),
  use_mask_token: z.boolean().default(true),
});

type Dinov2Config = z.output<typeof schema>;

class Embeddings extends Module {
  readonly cls_token: Parameter;
  /** Replaces masked patches, in pre-training only. */
  readonly mask_token?: ModuleBuffer;
  readonly patch_embeddings: PatchEmbeddings;
  readonly position_embeddings: Parameter;
  readonly #config: Dinov2Config;
  readonly #dropout: Dropout;

  constructor(config: Dinov2Config) {
    super();
    const { hidden_size: width, num_channels: channels, patch_size: patch } = config;
    this.cls_token = new Parameter([1, 1, width]);
    if (config.use_mask_token) this.mask_token = new ModuleBuffer([1, width]);
    this.patch_embeddings = new PatchEmbeddings({ channels, patch, width });
    this.position_embeddings = new Parameter([1, 1 + patchCount(config, config.image_size), width]);
    this.#config = config;
    this.#dropout = new Dropout(config.hidden_dropout_prob, 'embeddings');
  }

  /** [B, C, Y, X] → [N, D]: the class token first, then the patches row by row */
  forward(images: Tensor, pass: Pass): Tensor {
    const patches = this.patch_embeddings.projection.tokens(images, pass); // [B, P, D]
    const [B, , D] = patches.shape;
    const first = this.cls_token.value(pass.dtype).expand(B, 1, D);
    const [, , height, width] = images.shape;
    const placed = cat([first, patches], 1).add(this.#positions([height, width]).to(pass.dtype)); // [B, 1 + P, D]
    return this.#dropout.forward(placed.flatten(0, 1));
  }

  /** Positions of pre-training, interpolated to the image's patch grid: [1, 1 + P, D] */
  #positions(image: Sides): Tensor {
    const all = this.position_embeddings.tensor;
    const [, tokens, D] = all.shape;
    const isSame = patchCount(this.#config, image) === tokens - 1 && image[0] === image[1];
    if (isSame) return all;
    const side = Math.trunc(Math.sqrt(tokens - 1));
    const grid = all
      .narrow(1, 1, tokens - 1)
      .reshape(1, side, side, D)
      .permute(0, 3, 1, 2);
    const wide = grid.to(wideType(grid.dtype));
    const size = patchGrid(image, this.#config.patch_size);
    const stretched = aten.upsample_bicubic2d
      .default(wide, [...size], false)
      .permute(0, 2, 3, 1)
      .reshape(1, -1, D);
    return cat([all.narrow(1, 0, 1), stretched.to(all.dtype)], 1);
  }

  override fixedValue(name: string, { dtype, device }: { dtype: DType; device: string }): Tensor | undefined {
    return name === 'mask_token' ? zeros([1, this.#config.hidden_size], { dtype, device }) : undefined;
  }
}

function patchCount({ patch_size: patch }: Dinov2Config, image: Sides): number {
  const [rows, columns] = patchGrid(image, patch);
  return rows * columns;
}

/** Gated feed-forward layer with one matrix for gate and values. */
class SwigluMlp extends Module {
  readonly weights_in: Linear;
  readonly weights_out: Linear;

  constructor(width: number, inner: number) {
    super();
    const narrowed = Math.floor((Math.trunc((inner * 2) / 3) + 7) / 8) * 8;
    this.weights_in = new Linear(width, 2 * narrowed, { bias: true });
    this.weights_out = new Linear(narrowed, width, { bias: true });
  }

  forward(x: Tensor): Tensor {
    const [gate, values] = this.weights_in.forward(x).chunk(2, -1);
    return this.weights_out.forward(gateOf('silu')(gate.contiguous(), values.contiguous()));
  }
}

class Layer extends ScaledLayer {
  constructor(config: Dinov2Config, path: string) {
    const { hidden_size: outer } = config;
    const inner = Math.trunc(outer * config.mlp_ratio);
    super(config, path, {
      attention: new ViTAttention(config, `${path}.attention`),
      mlp: config.use_swiglu_ffn ? new SwigluMlp(outer, inner) : mlp({ ...config, intermediate_size: inner }),
    });
  }
}

class Encoder extends Module {
  readonly layer: readonly Layer[];

  constructor(config: Dinov2Config) {
    super();
    const { num_hidden_layers: layers } = config;
    this.layer = Array.from({ length: layers }, (_, i) => new Layer(config, `encoder.layer.${i}`));
  }
}

/** Self-supervised vision transformer for images of any size (Oquab et al., 2023; HF Dinov2Model). */
class Dinov2 extends Stack implements Trunk {
  readonly embeddings: Embeddings;
  readonly encoder: Encoder;
  readonly layernorm: LayerNorm;
  readonly width: number;
  readonly #config: Dinov2Config;

  constructor(config: Dinov2Config) {
    super();
    this.embeddings = new Embeddings(config);
    this.encoder = new Encoder(config);
    this.layernorm = new LayerNorm(config.hidden_size, config.layer_norm_eps);
    this.width = config.hidden_size;
    this.#config = config;
  }

  get stack(): Stack {
    return this;
  }
  override layoutOf(input: StackInput): Layout {
    const [images, , height, width] = this.#images(input).shape;
    const tokens = 1 + patchCount(this.#config, [height, width]);
    return layoutOfRows(Array<number>(images).fill(tokens), { causal: false });
  }
  override readonly watchesNorm = false;
  override get blockList(): readonly Block[] {
    return this.encoder.layer;
  }
  override embed(input: StackInput, pass: Pass): Tensor {
    return this.embeddings.forward(this.#images(input), pass);
  }
  override finish(x: Tensor): Tensor {
    return this.layernorm.forward(x);
  }

  #images(input: StackInput): Tensor {
    return imagesOf(input, { channels: this.#config.num_channels });
  }
}

export const architecture: Architecture = {
  modelType: 'dinov2',
  prefix: 'dinov2',
  modalities: ['image'],
  build: (raw) => new Dinov2(parseConfig(schema, raw)),
  heads: () => ({
    sequence: {
      head: 'sequence',
      className: 'Dinov2ForImageClassification',
      options: { name: 'classifier', pool: 'first-and-rest', bias: true },
    },
  }),
  limits(raw) {
    const config = parseConfig(schema, raw);
    return { vocabularySize: 0, maxPositions: 1 + patchCount(config, config.image_size) };
  },
};
