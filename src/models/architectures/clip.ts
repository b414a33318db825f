// N tokens, R rows, P patches of an image, D width, E width of the shared embedding space
import { z } from 'zod';
import { Embedding, LayerNorm, Linear, Module, Parameter, type Layout } from '../../engine/nn/index.ts';
import { arange, cat, fromArray, type DType, type Tensor } from '../../engine/tensor/index.ts';
import type { Architecture, Towers, Trunk, TrunkContext } from '../architecture.ts';
import {
  ImageTower,
  patchCount,
  sidesOf,
  TextTower,
  TowerClassifier,
  TowerEncoder,
  towerKeys,
  type ImageTowerConfig,
  type TextTowerConfig,
} from './clip-layers.ts';
import { parseConfig, type RawConfig } from '../raw-config.ts';
import { PatchConvolution } from '../images.ts';
import type { Block, Pass, Stack, StackInput } from '../stack.ts';
import { count } from '../config-keys.ts';

const common = { hidden_act: 'quick_gelu', layer_norm_eps: 1e-5, attention_dropout: 0, num_hidden_layers: 12 };

const textSchema = z
  .looseObject({
    ...towerKeys({ ...common, hidden_size: 512, intermediate_size: 2048, num_attention_heads: 8 }),
    vocab_size: count.default(49408),
    max_position_embeddings: count.default(77),
    eos_token_id: z.int().nonnegative().default(49407),
  })
  .refine((config) => config.eos_token_id < config.vocab_size, {
    path: ['eos_token_id'],
    error: 'is not a token: it exceeds vocab_size',
  });

export const clipVision = z.looseObject({
  ...towerKeys({ ...common, hidden_size: 768, intermediate_size: 3072, num_attention_heads: 12 }),
  num_channels: count.default(3),
  image_size: count.default(224),
  patch_size: count.default(32),
});

/** HF CLIPConfig keys that affect the computation. */
const schema = z.looseObject({
  projection_dim: count.default(512),
  logit_scale_init_value: z.number().default(2.6592),
  text_config: textSchema,
  vision_config: clipVision,
});

type ClipConfig = z.output<typeof schema>;

/** Configuration of each tower; old checkpoints repeat it as `text_config_dict`, which takes precedence. */
function readConfig(raw: RawConfig): ClipConfig {
  const part = (name: string) => ({ ...(raw[name] as object), ...(raw[`${name}_dict`] as object) });
  return parseConfig(schema, { ...raw, text_config: part('text_config'), vision_config: part('vision_config') });
}

/** Old checkpoints name the wrong end-of-text token; the real one has the largest id. */
const LEGACY_END = 2;

class ClipText extends TextTower {
  readonly #end: number;

  constructor(config: TextTowerConfig & { eos_token_id: number }) {
    super(config, { causal: true });
    this.#end = config.eos_token_id;
  }

  /** The state at each text's end-of-text token: [N, D] → [R, D] */
  pool(hidden: Tensor, { ids, layout }: { ids?: BigInt64Array; layout: Layout }): Tensor {
    if (ids === undefined) throw new Error('pooling needs token ids to find the end of each text');
    const places = layout.rowOf.map((_, segment) => {
      const row = ids.subarray(layout.offsets[segment], layout.offsets[segment + 1]);
      return BigInt(layout.offsets[segment] + this.#endOf(row));
    });
    return hidden.indexSelect(0, fromArray(BigInt64Array.from(places)).toDevice(hidden.device));
  }

  /** Falls back to the first token, as the reference does, if a text has no end-of-text token. */
  #endOf(row: BigInt64Array): number {
    if (this.#end !== LEGACY_END) return Math.max(0, row.indexOf(BigInt(this.#end)));
    return row.reduce((best, id, place) => (id > row[best] ? place : best), 0);
  }
}

class VisionEmbeddings extends Module {
  readonly class_embedding: Parameter;
  readonly patch_embedding: PatchConvolution;
  readonly position_embedding: Embedding;

  constructor(config: ImageTowerConfig) {
    super();
    const { hidden_size: width, num_channels: channels } = config;
    this.class_embedding = new Parameter([width]);
    this.patch_embedding = new PatchConvolution({ channels, patch: sidesOf(config).patch, width, bias: false });
    this.position_embedding = new Embedding(1 + patchCount(config), width);
  }

  /** [R, C, Y, X] → [N, D]: the class token first, then the patches row by row */
  forward(images: Tensor, pass: Pass): Tensor {
    const patches = this.patch_embedding.tokens(images, pass); // [R, P, D]
    const [R, P, D] = patches.shape;
    const first = this.class_embedding.value(pass.dtype).expand(R, 1, D);
    const places = this.position_embedding.forward(arange(1 + P).toDevice(pass.device), pass.dtype);
    return cat([first, patches], 1).add(places).flatten(0, 1);
  }
}

export class ClipVision extends ImageTower {
  readonly embeddings: VisionEmbeddings;
  // Spelled as in the checkpoints.
  readonly pre_layrnorm: LayerNorm;
  readonly encoder: TowerEncoder;
  readonly post_layernorm: LayerNorm;

  constructor(config: ImageTowerConfig) {
    super(config, { extraTokens: 1 });
    this.embeddings = new VisionEmbeddings(config);
    this.pre_layrnorm = new LayerNorm(config.hidden_size, config.layer_norm_eps);
    this.encoder = new TowerEncoder(config, 'vision_model');
    this.post_layernorm = new LayerNorm(config.hidden_size, config.layer_norm_eps);
  }

  override get blockList(): readonly Block[] {
    return this.encoder.layers;
  }
  override embed(input: StackInput, pass: Pass): Tensor {
    return this.pre_layrnorm.forward(this.embeddings.forward(this.images(input), pass));
  }

  /** The normalised state of each image's class token: [N, D] → [R, D] */
  pool(hidden: Tensor, layout: Layout): Tensor {
    const first = fromArray(BigInt64Array.from(layout.offsets.slice(0, -1), BigInt)).toDevice(hidden.device);
    return this.post_layernorm.forward(hidden.indexSelect(0, first));
  }
}

/** Dual encoder that embeds texts and images in one space (Radford et al., 2021; HF CLIPModel). */
class Clip extends Module implements Trunk {
  readonly text_model: ClipText;
  readonly vision_model: ClipVision;
  readonly visual_projection: Linear;
  readonly text_projection: Linear;
  readonly logit_scale: Parameter;
  readonly width: number;
  readonly #firstScale: number;

  constructor({ text_config: text, vision_config: vision, ...config }: ClipConfig) {
    super();
    this.text_model = new ClipText(text);
    this.vision_model = new ClipVision(vision);
    this.visual_projection = new Linear(vision.hidden_size, config.projection_dim);
    this.text_projection = new Linear(text.hidden_size, config.projection_dim);
    this.logit_scale = new Parameter([]);
    this.width = text.hidden_size;
    this.#firstScale = config.logit_scale_init_value;
  }

  get stack(): Stack {
    return this.text_model;
  }
  get tokenTable(): Embedding {
    return this.text_model.embeddings.token_embedding;
  }
  get towers(): Towers {
    const { text_model: text, vision_model: vision, logit_scale: logScale } = this;
    return {
      text: { stack: text, vectors: (hidden, input) => this.text_projection.forward(text.pool(hidden, input)) },
      image: {
        stack: vision,
        vectors: (hidden, { layout }) => this.visual_projection.forward(vision.pool(hidden, layout)),
      },
      logScale,
    };
  }
  override fixedValue(name: string, { dtype, device }: { dtype: DType; device: string }): Tensor | undefined {
    if (name !== 'logit_scale') return undefined;
    return fromArray(Float64Array.of(this.#firstScale), []).to(dtype).toDevice(device);
  }
}

function build(raw: RawConfig, { task }: TrunkContext): Trunk {
  const config = readConfig(raw);
  if (task !== 'sequence') return new Clip(config);
  return new TowerClassifier(new ClipVision(config.vision_config), config.vision_config.hidden_size);
}

export const architecture: Architecture = {
  modelType: 'clip',
  prefix: '',
  modalities: ['image', 'text'],
  build,
  heads: () => ({
    contrastive: { head: 'contrastive', className: 'CLIPModel', options: {} },
    sequence: {
      head: 'sequence',
      className: 'CLIPForImageClassification',
      options: { name: 'classifier', pool: 'rest', bias: true },
    },
  }),
  limits(raw) {
    const { text_config: text, vision_config: vision } = readConfig(raw);
    const imagePositions = 1 + patchCount(vision);
    return { vocabularySize: text.vocab_size, maxPositions: text.max_position_embeddings, imagePositions };
  },
  withVocabulary: (raw, vocab_size) => ({ ...raw, text_config: { ...(raw.text_config as object), vocab_size } }),
};
