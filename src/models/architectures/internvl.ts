// P patches of a tile, V width of the tower, H heads, f patches along a token's side
import { z } from 'zod';
import {
  attention,
  Dropout,
  LayerNorm,
  layoutOfRows,
  Linear,
  Module,
  Parameter,
  RMSNorm,
  type Layout,
} from '../../engine/nn/index.ts';
import { aten, type DType, type Tensor } from '../../engine/tensor/index.ts';
import type { NamedFeedForward } from '../decoder/plain.ts';
import { parseConfig } from '../raw-config.ts';
import { activation, count, probability } from '../config-keys.ts';
import { imagesOf, patchGrid, sides } from '../images.ts';
import { Block, Stack, type Pass, type StackInput } from '../stack.ts';
import { mlp } from './clip-layers.ts';
import { groupPatches } from './patches.ts';
import { defineVisionLanguage, llavaFormerNames, Projector, textModelOf } from './vision-language.ts';
import { patchStates } from './vision-towers.ts';
import { ViTEmbeddings } from './vit.ts';

const visionSchema = z.looseObject({
  hidden_size: count.default(1024),
  intermediate_size: count.default(4096),
  num_hidden_layers: count.default(24),
  num_attention_heads: count.default(16),
  num_channels: count.default(3),
  image_size: sides.default([448, 448]),
  patch_size: sides.default([14, 14]),
  hidden_act: activation.default('gelu'),
  attention_bias: z.boolean().default(false),
  use_qk_norm: z.boolean().default(false),
  norm_type: z.enum(['layer_norm', 'rms_norm']).default('layer_norm'),
  layer_norm_eps: z.number().default(1e-6),
  layer_scale_init_value: z.number().default(0.1),
  attention_dropout: probability.default(0),
  projection_dropout: probability.default(0),
  hidden_dropout_prob: probability.default(0),
  use_absolute_position_embeddings: z.literal(true, { error: 'only absolute positions are supported' }).default(true),
  use_mean_pooling: z.boolean().default(true),
});

type VisionConfig = z.output<typeof visionSchema>;

const schema = z.looseObject({
  image_token_id: z.int().min(0).default(151_667),
  downsample_ratio: z.number().positive().max(1).default(0.5),
  projector_hidden_act: activation.default('gelu'),
  vision_feature_layer: z.int({ error: 'only one layer is supported' }).default(-1),
  vision_feature_select_strategy: z.literal('default', { error: 'only patches are supported' }).default('default'),
  vision_config: visionSchema.prefault({}),
});

class Attention extends Module {
  readonly q_proj: Linear;
  readonly k_proj: Linear;
  readonly v_proj: Linear;
  readonly projection_layer: Linear;
  readonly q_norm?: RMSNorm;
  readonly k_norm?: RMSNorm;
  readonly #heads: number;
  readonly #dropouts: { scores: Dropout; output: Dropout };

  constructor(config: VisionConfig, path: string) {
    super();
    const { hidden_size: width, attention_bias: bias } = config;
    this.q_proj = new Linear(width, width, { bias });
    this.k_proj = new Linear(width, width, { bias });
    this.v_proj = new Linear(width, width, { bias });
    this.projection_layer = new Linear(width, width, { bias: true });
    if (config.use_qk_norm) [this.q_norm, this.k_norm] = [new RMSNorm(width, 1e-6), new RMSNorm(width, 1e-6)];
    this.#heads = config.num_attention_heads;
    this.#dropouts = {
      scores: new Dropout(config.attention_dropout, path),
      output: new Dropout(config.projection_dropout, `${path}.projection_layer`),
    };
  }

  forward(x: Tensor, { layout }: Pass): Tensor {
    const [q, k] = [this.q_proj, this.k_proj].map((part) => part.forward(x));
    const parts = [this.q_norm?.forward(q) ?? q, this.k_norm?.forward(k) ?? k, this.v_proj.forward(x)];
    const [queries, keys, values] = parts.map((one) => one.reshape(x.shape[0], this.#heads, -1)); // [N, H, d]
    const mixed = attention(queries, keys, values, { layout, dropout: this.#dropouts.scores }).flatten(1);
    return this.#dropouts.output.forward(this.projection_layer.forward(mixed));
  }
}

class Layer extends Block {
  readonly attention: Attention;
  readonly mlp: NamedFeedForward;
  readonly layernorm_before: LayerNorm | RMSNorm;
  readonly layernorm_after: LayerNorm | RMSNorm;
  readonly lambda_1: Parameter;
  readonly lambda_2: Parameter;
  readonly #dropout: Dropout;
  readonly #scale: number;

  constructor(config: VisionConfig, path: string) {
    super();
    const { hidden_size: outer, layer_norm_eps: epsilon } = config;
    const Norm = config.norm_type === 'rms_norm' ? RMSNorm : LayerNorm;
    this.attention = new Attention(config, `${path}.attention`);
    this.mlp = mlp(config);
    this.layernorm_before = new Norm(outer, epsilon);
    this.layernorm_after = new Norm(outer, epsilon);
    this.lambda_1 = new Parameter([outer]);
    this.lambda_2 = new Parameter([outer]);
    this.#dropout = new Dropout(config.hidden_dropout_prob, path);
    this.#scale = config.layer_scale_init_value;
  }

  override forward(x: Tensor, pass: Pass): Tensor {
    const scale = (part: Parameter) => part.value(x.dtype);
    const attended = x.add(this.attention.forward(this.layernorm_before.forward(x), pass).mul(scale(this.lambda_1)));
    const fed = this.#dropout.forward(this.mlp.forward(this.layernorm_after.forward(attended)));
    return attended.add(fed.mul(scale(this.lambda_2)));
  }

  override fixedValue(name: string, { dtype, device }: { dtype: DType; device: string }): Tensor | undefined {
    if (!name.startsWith('lambda_')) return undefined;
    return aten.full.default(this.lambda_1.shape, this.#scale, { dtype, device });
  }
}

class Encoder extends Module {
  readonly layer: readonly Layer[];

  constructor(config: VisionConfig) {
    super();
    this.layer = Array.from({ length: config.num_hidden_layers }, (_, i) => new Layer(config, `encoder.layer.${i}`));
  }
}

/** InternViT: reads tiles of one size; the output of each sublayer is scaled per feature. */
class Vision extends Stack {
  readonly embeddings: ViTEmbeddings;
  readonly encoder: Encoder;
  readonly layernorm?: LayerNorm;
  readonly #config: VisionConfig;

  constructor(config: VisionConfig) {
    super();
    this.#config = config;
    this.embeddings = new ViTEmbeddings(config);
    this.encoder = new Encoder(config);
    if (!config.use_mean_pooling) this.layernorm = new LayerNorm(config.hidden_size, config.layer_norm_eps);
    if (this.layernorm === undefined) this.finish = undefined;
  }

  #images(input: StackInput): Tensor {
    return imagesOf(input, { channels: this.#config.num_channels, size: this.#config.image_size });
  }
  override layoutOf(input: StackInput): Layout {
    const [rows, columns] = patchGrid(this.#config.image_size, this.#config.patch_size);
    const images = this.#images(input).shape[0];
    return layoutOfRows(Array<number>(images).fill(1 + rows * columns), { causal: false });
  }
  override get blockList(): readonly Block[] {
    return this.encoder.layer;
  }
  override embed(input: StackInput, pass: Pass): Tensor {
    return this.embeddings.forward(this.#images(input), pass);
  }
  override finish?(x: Tensor): Tensor {
    return this.layernorm!.forward(x);
  }
}

/** A large vision tower on tiles, f² patches per token, and a Qwen decoder (Zhu et al., 2025). */
export const architecture = defineVisionLanguage({
  modelType: 'internvl',
  className: 'InternVLForConditionalGeneration',
  tied: (own = true) => own,
  read(raw) {
    const { vision_config: vision, ...own } = parseConfig(schema, raw);
    const grid = patchGrid(vision.image_size, vision.patch_size);
    const f = Math.trunc(1 / own.downsample_ratio);
    return { ...own, vision, grid, f, tokens: (grid[0] * grid[1]) / f ** 2 };
  },
  text: (raw) => textModelOf(raw, 'qwen2'),
  parts({ vision, grid, f, ...config }, decoder) {
    const width = vision.hidden_size;
    const { projector_hidden_act: act, vision_feature_layer: layer } = config;
    const widths = { in: width * f ** 2, inner: decoder.width, out: decoder.width };
    const projector = new Projector(widths, { bias: true, activation: act, isNormed: true });
    return {
      tower: { name: 'vision_tower', module: new Vision(vision) },
      connector: { name: 'multi_modal_projector', module: projector },
      text: { name: 'language_model', module: decoder },
      reader: {
        width,
        ...(layer !== -1 && { blocks: layer < 0 ? vision.num_hidden_layers + 1 + layer : layer }),
        vectors(hidden) {
          const { states, grids } = patchStates({ grid, extraTokens: 1 }, hidden);
          return projector.forward(groupPatches(states, grids, f).flatten(1));
        },
      },
    };
  },
  imageTokens: ({ image_token_id: id, f, tokens }) => ({
    id,
    patches: f ** 2,
    textOf({ shape: [squares] }, { image, named }) {
      const [start, end] = [named('start_image_token', '<img>'), named('end_image_token', '</img>')];
      return `${start}${image.repeat(tokens * squares)}${end}`;
    },
  }),
  tokensOf: ({ tokens }, [squares]) => tokens * squares,
  patches: ({ grid }) => 1 + grid[0] * grid[1],
  formerNames: llavaFormerNames,
  // Masks images in pre-training.
  passedOver: [/\.embeddings\.mask_token$/],
});
