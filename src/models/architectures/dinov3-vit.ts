// N tokens, B images, P patches of an image, R registers, D width, H heads, d head size
import { z } from 'zod';
import {
  LayerNorm,
  layoutOfRows,
  Module,
  ModuleBuffer,
  Parameter,
  segmentLengths,
  type Layout,
  type Rotation,
} from '../../engine/nn/index.ts';
import { aten, cat, fromArray, wideType, zeros, type DType, type Tensor } from '../../engine/tensor/index.ts';
import type { Architecture, Trunk } from '../architecture.ts';
import { parseConfig } from '../raw-config.ts';
import { FeedForward } from '../decoder/feed-forward.ts';
import { NamedFeedForward } from '../decoder/plain.ts';
import { imagesOf, PatchConvolution, patchGrid, sides, type Sides } from '../images.ts';
import { Stack, type Block, type Pass, type StackInput } from '../stack.ts';
import { ScaledLayer, TurnedAttention } from './vit-layers.ts';
import { activation, count, probability } from '../config-keys.ts';

/** HF DINOv3ViTConfig keys that affect the computation. */
const schema = z
  .looseObject({
    hidden_size: count.default(384),
    intermediate_size: count.default(1536),
    num_hidden_layers: count.default(12),
    num_attention_heads: count.default(6),
    hidden_act: activation.default('gelu'),
    attention_dropout: probability.default(0),
    layer_norm_eps: z.number().default(1e-5),
    rope_theta: z.number().positive().default(100),
    image_size: sides.default([224, 224]),
    patch_size: sides.default([16, 16]),
    num_channels: count.default(3),
    query_bias: z.boolean().default(true),
    key_bias: z.boolean().default(false),
    value_bias: z.boolean().default(true),
    proj_bias: z.boolean().default(true),
    mlp_bias: z.boolean().default(true),
    layerscale_value: z.number().default(1),
    drop_path_rate: probability.default(0),
    use_gated_mlp: z.boolean().default(false),
    num_register_tokens: z.int().nonnegative().default(0),
  })
  .refine(({ hidden_size: width, num_attention_heads: heads }) => width % (4 * heads) === 0, {
    path: ['num_attention_heads'],
    error: 'must divide hidden_size into heads whose size is a multiple of 4',
  });

type Dinov3Config = z.output<typeof schema>;

class Embeddings extends Module {
  readonly cls_token: Parameter;
  /** Replaces masked patches, in pre-training only. */
  readonly mask_token: ModuleBuffer;
  readonly register_tokens: Parameter;
  readonly patch_embeddings: PatchConvolution;

  constructor(config: Dinov3Config) {
    super();
    const { hidden_size: width, num_channels: channels, patch_size: patch } = config;
    this.cls_token = new Parameter([1, 1, width]);
    this.mask_token = new ModuleBuffer([1, 1, width]);
    this.register_tokens = new Parameter([1, config.num_register_tokens, width]);
    this.patch_embeddings = new PatchConvolution({ channels, patch, width });
  }

  override fixedValue(name: string, { dtype, device }: { dtype: DType; device: string }): Tensor | undefined {
    return name === 'mask_token' ? zeros(this.mask_token.shape, { dtype, device }) : undefined;
  }

  /** [B, C, Y, X] → [N, D]: the class token, the registers, then the patches row by row */
  forward(images: Tensor, pass: Pass): Tensor {
    const patches = this.patch_embeddings.tokens(images, pass); // [B, P, D]
    const [B, , D] = patches.shape;
    const before = [this.cls_token, this.register_tokens].map((part) => part.value(pass.dtype).expand(B, -1, D));
    return cat([...before, patches], 1).flatten(0, 1);
  }
}

const MLP = ['up_proj', 'down_proj'] as const;

class Layer extends ScaledLayer {
  constructor(config: Dinov3Config, path: string) {
    const { hidden_size: width, intermediate_size: inner, hidden_act: activation, mlp_bias: bias } = config;
    super(config, path, {
      attention: new TurnedAttention(config, `${path}.attention`),
      mlp: config.use_gated_mlp
        ? new FeedForward({ width, inner, activation, bias })
        : new NamedFeedForward(MLP, { in: width, inner }, { bias, activation }),
    });
  }
}

/** Self-supervised vision transformer for images of any size (Siméoni et al., 2025; HF DINOv3ViTModel). */
class Dinov3 extends Stack implements Trunk {
  readonly embeddings: Embeddings;
  readonly layer: readonly Layer[];
  readonly norm: LayerNorm;
  readonly width: number;
  readonly #config: Dinov3Config;

  constructor(config: Dinov3Config) {
    super();
    this.embeddings = new Embeddings(config);
    this.layer = Array.from({ length: config.num_hidden_layers }, (_, i) => new Layer(config, `layer.${i}`));
    this.norm = new LayerNorm(config.hidden_size, config.layer_norm_eps);
    this.width = config.hidden_size;
    this.#config = config;
  }

  get stack(): Stack {
    return this;
  }
  override readonly watchesNorm = false;
  override get blockList(): readonly Block[] {
    return this.layer;
  }
  override layoutOf(input: StackInput): Layout {
    const [images, , height, width] = this.#images(input).shape;
    const tokens = extraTokens(this.#config) + patchCount(this.#config, [height, width]);
    return layoutOfRows(Array<number>(images).fill(tokens), { causal: false });
  }
  override canResume(layout: Layout): boolean {
    return gridOfTokens(this.#config, segmentLengths(layout)[0]) !== undefined;
  }
  override prepare(pass: Pass, { features }: StackInput): void {
    const { patch_size: patch } = this.#config;
    const [, , height, width] = features?.shape ?? [];
    const grid =
      features === undefined
        ? gridOfTokens(this.#config, segmentLengths(pass.layout)[0])
        : patchGrid([height, width], patch);
    if (grid === undefined)
      throw new Error('the number of hidden states fits neither the configured patch grid nor a square one');
    pass.turn = rotationOf(this.#config, grid, pass);
  }
  override embed(input: StackInput, pass: Pass): Tensor {
    return this.embeddings.forward(this.#images(input), pass);
  }
  override finish(x: Tensor): Tensor {
    return this.norm.forward(x);
  }

  #images(input: StackInput): Tensor {
    return imagesOf(input, { channels: this.#config.num_channels });
  }
}

/** Class token and registers. */
function extraTokens({ num_register_tokens: registers }: Dinov3Config): number {
  return 1 + registers;
}

function patchCount({ patch_size: patch }: Dinov3Config, image: Sides): number {
  const [rows, columns] = patchGrid(image, patch);
  return rows * columns;
}

/** Patch grid of an image with this many tokens: the configuration's, or else a square. */
function gridOfTokens(config: Dinov3Config, tokens: number): Sides | undefined {
  const patches = tokens - extraTokens(config);
  if (patches === patchCount(config, config.image_size)) return patchGrid(config.image_size, config.patch_size);
  const side = Math.sqrt(patches);
  return Number.isInteger(side) ? [side, side] : undefined;
}

/** Rotary positions of patches, from -1 to 1 along each side; extra tokens are not rotated. [N, d] */
function rotationOf(config: Dinov3Config, [rows, columns]: Sides, pass: Pass): Rotation {
  const size = config.hidden_size / config.num_attention_heads;
  const frequencies = Array.from({ length: size / 4 }, (_, i) => (2 * Math.PI) / config.rope_theta ** ((4 * i) / size));
  const angles = new Float64Array((extraTokens(config) + rows * columns) * (size / 2));
  let at = (extraTokens(config) * size) / 2;
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      for (const place of [(2 * row + 1) / rows - 1, (2 * column + 1) / columns - 1])
        for (const frequency of frequencies) angles[at++] = place * frequency;
    }
  }
  const ofImage = fromArray(angles, [angles.length / (size / 2), size / 2]).toDevice(pass.device);
  const images = pass.layout.rowOf.length;
  const dtype = wideType(pass.dtype);
  const repeated = (values: Tensor) => {
    return cat([values, values], 1).to(dtype).unsqueeze(0).expand(images, -1, -1).flatten(0, 1);
  };
  return { cos: repeated(aten.cos.default(ofImage)), sin: repeated(aten.sin.default(ofImage)) };
}

export const architecture: Architecture = {
  modelType: 'dinov3_vit',
  prefix: '',
  modalities: ['image'],
  build: (raw) => new Dinov3(parseConfig(schema, raw)),
  heads: () => ({
    // transformers has no such class: AutoModel loads the saved model without this head.
    sequence: {
      head: 'sequence',
      className: 'DINOv3ViTForImageClassification',
      options: { name: 'classifier', pool: 'first', bias: true },
    },
    embedding: {
      head: 'embedding',
      className: 'DINOv3ViTModel',
      options: { pooling: 'first', normalise: true },
      isBare: true,
    },
  }),
  limits(raw) {
    const config = parseConfig(schema, raw);
    return { vocabularySize: 0, maxPositions: extraTokens(config) + patchCount(config, config.image_size) };
  },
  // Encoders inside other models use another prefix.
  formerNames: (path) => (path.startsWith('layer.') ? [`model.${path}`] : []),
};
