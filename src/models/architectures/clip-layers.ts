// N tokens, R rows, P patches of an image, D width, H heads, d head size
import { z } from 'zod';
import {
  attention,
  Dropout,
  Embedding,
  LayerNorm,
  layoutOfRows,
  Linear,
  Module,
  Sublayer,
  type Layout,
} from '../../engine/nn/index.ts';
import type { Tensor } from '../../engine/tensor/index.ts';
import type { Trunk } from '../architecture.ts';
import { NamedFeedForward } from '../decoder/plain.ts';
import { imagesOf, patchGrid, type Sides } from '../images.ts';
import { Block, idsOf, Stack, type Pass, type StackInput } from '../stack.ts';
import { activation, count, probability } from '../config-keys.ts';

/** Settings shared by both towers of CLIP and SigLIP. */
export interface TowerConfig {
  hidden_size: number;
  intermediate_size: number;
  num_hidden_layers: number;
  num_attention_heads: number;
  hidden_act: string;
  layer_norm_eps: number;
  attention_dropout: number;
}

/** Configuration keys of a tower, with defaults. */
export function towerKeys(defaults: TowerConfig) {
  return {
    hidden_size: count.default(defaults.hidden_size),
    intermediate_size: count.default(defaults.intermediate_size),
    num_hidden_layers: count.default(defaults.num_hidden_layers),
    num_attention_heads: count.default(defaults.num_attention_heads),
    hidden_act: activation.default(defaults.hidden_act),
    layer_norm_eps: z.number().default(defaults.layer_norm_eps),
    attention_dropout: probability.default(defaults.attention_dropout),
  };
}

class Attention extends Module {
  readonly k_proj: Linear;
  readonly v_proj: Linear;
  readonly q_proj: Linear;
  readonly out_proj: Linear;
  readonly #heads: number;
  readonly #dropout: Dropout;

  constructor(
    { hidden_size: width, num_attention_heads: heads, attention_dropout: dropout }: TowerConfig,
    path: string,
  ) {
    super();
    this.k_proj = new Linear(width, width, { bias: true });
    this.v_proj = new Linear(width, width, { bias: true });
    this.q_proj = new Linear(width, width, { bias: true });
    this.out_proj = new Linear(width, width, { bias: true });
    this.#heads = heads;
    this.#dropout = new Dropout(dropout, path);
  }

  forward(x: Tensor, pass: Pass): Tensor {
    const [N] = x.shape;
    const [q, k, v] = [this.q_proj, this.k_proj, this.v_proj].map((part) =>
      part.forward(x).reshape(N, this.#heads, -1),
    ); // [N, H, d]
    return this.out_proj.forward(attention(q, k, v, { layout: pass.layout, dropout: this.#dropout }).flatten(1));
  }
}

const MLP = ['fc1', 'fc2'] as const;

/** Feed-forward sublayer of the family. */
export function mlp({ hidden_size: width, intermediate_size: inner, hidden_act: activation }: MlpConfig) {
  return new NamedFeedForward(MLP, { in: width, inner }, { activation });
}

type MlpConfig = Pick<TowerConfig, 'hidden_size' | 'intermediate_size' | 'hidden_act'>;

class Layer extends Block {
  readonly self_attn: Attention;
  readonly layer_norm1: LayerNorm;
  readonly mlp: NamedFeedForward;
  readonly layer_norm2: LayerNorm;
  readonly attention_sublayer: Sublayer;
  readonly mlp_sublayer: Sublayer;

  constructor(config: TowerConfig, path: string) {
    super();
    const { hidden_size: outer, layer_norm_eps: epsilon } = config;
    this.self_attn = new Attention(config, `${path}.self_attn`);
    this.layer_norm1 = new LayerNorm(outer, epsilon);
    this.mlp = mlp(config);
    this.layer_norm2 = new LayerNorm(outer, epsilon);
    this.attention_sublayer = new Sublayer('attention', outer);
    this.mlp_sublayer = new Sublayer('mlp', outer);
  }

  override forward(x: Tensor, pass: Pass): Tensor {
    const read = this.layer_norm1.forward(x);
    const attended = x.add(this.attention_sublayer.change(read, this.self_attn.forward(read, pass)));
    const again = this.layer_norm2.forward(attended);
    return attended.add(this.mlp_sublayer.change(again, this.mlp.forward(again)));
  }
}

/** Layers of a tower; `path` prefixes the names of their dropouts. */
export class TowerEncoder extends Module {
  readonly layers: readonly Layer[];

  constructor(config: TowerConfig, path: string) {
    super();
    const { num_hidden_layers: layers } = config;
    this.layers = Array.from({ length: layers }, (_, i) => new Layer(config, `${path}.encoder.layers.${i}`));
  }
}

class TextEmbeddings extends Module {
  readonly token_embedding: Embedding;
  readonly position_embedding: Embedding;

  constructor(counts: { tokens: number; positions: number }, width: number) {
    super();
    this.token_embedding = new Embedding(counts.tokens, width);
    this.position_embedding = new Embedding(counts.positions, width);
  }
}

export type TextTowerConfig = TowerConfig & { vocab_size: number; max_position_embeddings: number };

/** Text tower; subclasses pool its states. */
export abstract class TextTower extends Stack {
  readonly embeddings: TextEmbeddings;
  readonly encoder: TowerEncoder;
  readonly final_layer_norm: LayerNorm;
  readonly #causal: boolean;

  constructor(config: TextTowerConfig, { causal }: { causal: boolean }) {
    super();
    const { vocab_size: tokens, max_position_embeddings: positions, hidden_size: width } = config;
    this.embeddings = new TextEmbeddings({ tokens, positions }, width);
    this.encoder = new TowerEncoder(config, 'text_model');
    this.final_layer_norm = new LayerNorm(width, config.layer_norm_eps);
    this.#causal = causal;
  }

  override layoutOf(input: StackInput): Layout {
    return { ...super.layoutOf(input), causal: this.#causal };
  }
  override get blockList(): readonly Block[] {
    return this.encoder.layers;
  }
  override embed(input: StackInput, pass: Pass): Tensor {
    const { token_embedding: tokens, position_embedding: positions } = this.embeddings;
    const words = input.embeddings ?? tokens.forward(idsOf(input, pass), pass.dtype);
    return words.add(positions.forward(pass.positions, pass.dtype));
  }
  override finish(x: Tensor): Tensor {
    return this.final_layer_norm.forward(x);
  }
}

export type ImageTowerConfig = TowerConfig & { num_channels: number; image_size: number; patch_size: number };

/** Sizes of images and of patches. */
export function sidesOf({ image_size: image, patch_size: patch }: ImageTowerConfig): { image: Sides; patch: Sides } {
  return { image: [image, image], patch: [patch, patch] };
}

export function patchCount(config: ImageTowerConfig): number {
  const { image, patch } = sidesOf(config);
  const [rows, columns] = patchGrid(image, patch);
  return rows * columns;
}

/** Image tower for a fixed image size: [R, C, Y, X]. */
export abstract class ImageTower extends Stack {
  readonly #config: ImageTowerConfig;
  readonly #tokens: number;

  constructor(config: ImageTowerConfig, { extraTokens }: { extraTokens: number }) {
    super();
    this.#config = config;
    this.#tokens = extraTokens + patchCount(config);
  }

  protected images(input: StackInput): Tensor {
    return imagesOf(input, { channels: this.#config.num_channels, size: sidesOf(this.#config).image });
  }
  override layoutOf(input: StackInput): Layout {
    const [rows] = this.images(input).shape;
    return layoutOfRows(Array<number>(rows).fill(this.#tokens), { causal: false });
  }
}

/** A vision tower as the trunk of a classifier (HF CLIPForImageClassification, SiglipForImageClassification). */
export class TowerClassifier extends Module implements Trunk {
  readonly vision_model: ImageTower;
  readonly width: number;

  constructor(tower: ImageTower, width: number) {
    super();
    this.vision_model = tower;
    this.width = width;
  }

  get stack(): Stack {
    return this.vision_model;
  }
}
