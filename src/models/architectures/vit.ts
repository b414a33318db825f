// N tokens, B images, P patches of an image, D width
import { z } from 'zod';
import { Dropout, LayerNorm, layoutOfRows, Module, Parameter, Sublayer, type Layout } from '../../engine/nn/index.ts';
import { cat, type Tensor } from '../../engine/tensor/index.ts';
import type { Architecture, Trunk, TrunkContext } from '../architecture.ts';
import { parseConfig } from '../raw-config.ts';
import { imagesOf, PatchEmbeddings, patchGrid, sides, type ImageShape } from '../images.ts';
import { Block, Stack, type Pass, type StackInput } from '../stack.ts';
import { ActivatedDense } from '../encoder/pooler.ts';
import { Projection, ViTAttention } from './vit-layers.ts';
import { activation, count, probability } from '../config-keys.ts';

/** HF ViTConfig keys that affect the computation. */
const schema = z.looseObject({
  hidden_size: count.default(768),
  num_hidden_layers: count.default(12),
  num_attention_heads: count.default(12),
  intermediate_size: count.default(3072),
  hidden_act: activation.default('gelu'),
  hidden_dropout_prob: probability.default(0),
  attention_probs_dropout_prob: probability.default(0),
  layer_norm_eps: z.number().default(1e-12),
  image_size: sides.default([224, 224]),
  patch_size: sides.default([16, 16]),
  num_channels: count.default(3),
  qkv_bias: z.boolean().default(true),
  pooler_output_size: count.nullish(),
  pooler_act: activation.default('tanh'),
});

type ViTConfig = z.output<typeof schema>;

type EmbeddingConfig = Pick<
  ViTConfig,
  'hidden_size' | 'num_channels' | 'patch_size' | 'image_size' | 'hidden_dropout_prob'
>;

function patchCount({ image_size: image, patch_size: patch }: EmbeddingConfig): number {
  const [rows, columns] = patchGrid(image, patch);
  return rows * columns;
}

export class ViTEmbeddings extends Module {
  readonly cls_token: Parameter;
  /** Second special token, which learns from the teacher (DeiT). */
  readonly distillation_token?: Parameter;
  readonly position_embeddings: Parameter;
  readonly patch_embeddings: PatchEmbeddings;
  readonly #dropout: Dropout;

  constructor(config: EmbeddingConfig, { isDistilled = false } = {}) {
    super();
    const { hidden_size: width, num_channels: channels, patch_size: patch } = config;
    this.cls_token = new Parameter([1, 1, width]);
    if (isDistilled) this.distillation_token = new Parameter([1, 1, width]);
    this.position_embeddings = new Parameter([1, this.tokens.length + patchCount(config), width]);
    this.patch_embeddings = new PatchEmbeddings({ channels, patch, width });
    this.#dropout = new Dropout(config.hidden_dropout_prob, 'embeddings');
  }

  /** Special tokens before the patches. */
  get tokens(): readonly Parameter[] {
    return this.distillation_token === undefined ? [this.cls_token] : [this.cls_token, this.distillation_token];
  }

  /** [B, C, Y, X] → [N, D]: the class token first, then the patches row by row */
  forward(images: Tensor, pass: Pass): Tensor {
    const patches = this.patch_embeddings.projection.tokens(images, pass); // [B, P, D]
    const [B, , D] = patches.shape;
    const first = this.tokens.map((token) => token.value(pass.dtype).expand(B, 1, D));
    const placed = cat([...first, patches], 1).add(this.position_embeddings.value(pass.dtype)); // [B, 1 + P, D]
    return this.#dropout.forward(placed.flatten(0, 1));
  }
}

class Layer extends Block {
  readonly attention: ViTAttention;
  readonly intermediate: ActivatedDense;
  readonly output: Projection;
  readonly layernorm_before: LayerNorm;
  readonly layernorm_after: LayerNorm;
  readonly attention_sublayer: Sublayer;
  readonly mlp_sublayer: Sublayer;

  constructor(config: ViTConfig, path: string) {
    super();
    const { hidden_size: width, intermediate_size: inner, layer_norm_eps: epsilon } = config;
    this.attention = new ViTAttention(config, `${path}.attention`);
    this.intermediate = new ActivatedDense({ in: width, out: inner }, config.hidden_act);
    const dropout = { probability: config.hidden_dropout_prob, site: `${path}.output` };
    this.output = new Projection({ in: inner, out: width }, dropout);
    this.layernorm_before = new LayerNorm(width, epsilon);
    this.layernorm_after = new LayerNorm(width, epsilon);
    this.attention_sublayer = new Sublayer('attention', width);
    this.mlp_sublayer = new Sublayer('mlp', width);
  }

  override forward(x: Tensor, pass: Pass): Tensor {
    const read = this.layernorm_before.forward(x);
    const attended = x.add(this.attention_sublayer.change(read, this.attention.forward(read, pass)));
    const again = this.layernorm_after.forward(attended);
    return attended.add(this.mlp_sublayer.change(again, this.output.forward(this.intermediate.forward(again))));
  }
}

class Encoder extends Module {
  readonly layer: readonly Layer[];

  constructor(config: ViTConfig) {
    super();
    const { num_hidden_layers: layers } = config;
    this.layer = Array.from({ length: layers }, (_, i) => new Layer(config, `encoder.layer.${i}`));
  }
}

/** Vision transformer for a fixed image size (Dosovitskiy et al., 2021; HF ViT). */
class ViT extends Stack implements Trunk {
  readonly embeddings: ViTEmbeddings;
  readonly encoder: Encoder;
  readonly layernorm: LayerNorm;
  /** Kept if the checkpoint has it; classifiers read the class token directly. */
  readonly pooler?: ActivatedDense;
  readonly width: number;
  readonly #shape: ImageShape;
  readonly #tokens: number;

  constructor(config: ViTConfig, context: TrunkContext, kind: { isDistilled: boolean }) {
    super();
    const { hidden_size: width, pooler_output_size: pooled } = config;
    this.embeddings = new ViTEmbeddings(config, kind);
    this.encoder = new Encoder(config);
    this.layernorm = new LayerNorm(width, config.layer_norm_eps);
    if (context.has('pooler.dense.weight')) {
      this.pooler = new ActivatedDense({ in: width, out: pooled ?? width }, config.pooler_act);
    }
    this.width = width;
    this.#shape = { channels: config.num_channels, size: config.image_size };
    this.#tokens = this.embeddings.tokens.length + patchCount(config);
  }

  get stack(): Stack {
    return this;
  }
  override layoutOf(input: StackInput): Layout {
    const [images] = imagesOf(input, this.#shape).shape;
    return layoutOfRows(Array<number>(images).fill(this.#tokens), { causal: false });
  }
  override get blockList(): readonly Block[] {
    return this.encoder.layer;
  }
  override embed(input: StackInput, pass: Pass): Tensor {
    return this.embeddings.forward(imagesOf(input, this.#shape), pass);
  }
  override finish(x: Tensor): Tensor {
    return this.layernorm.forward(x);
  }
}

/** Defines a model type of the family; `className` is the stem of its classes. */
export function defineViT(modelType: string, className: string, { isDistilled = false } = {}): Architecture {
  return {
    modelType,
    prefix: modelType,
    modalities: ['image'],
    build: (raw, context) => new ViT(parseConfig(schema, raw), context, { isDistilled }),
    heads: () => ({
      sequence: {
        head: 'sequence',
        className: `${className}ForImageClassification`,
        options: { name: 'classifier', pool: 'first', bias: true },
      },
    }),
    limits: (raw) => ({
      vocabularySize: 0,
      maxPositions: (isDistilled ? 2 : 1) + patchCount(parseConfig(schema, raw)),
    }),
  };
}

export const architecture = defineViT('vit', 'ViT');
