// N tokens, R rows, P patches of an image, D width, H heads, d head size
import { z } from 'zod';
import {
  attention,
  Embedding,
  LayerNorm,
  layoutOfRows,
  Linear,
  Module,
  Parameter,
  type Layout,
} from '../../engine/nn/index.ts';
import { arange, fromArray, zeros, type DType, type Tensor } from '../../engine/tensor/index.ts';
import type { Architecture, Task, Towers, Trunk } from '../architecture.ts';
import {
  ImageTower,
  mlp,
  patchCount,
  sidesOf,
  TextTower,
  TowerClassifier,
  TowerEncoder,
  towerKeys,
  type ImageTowerConfig,
  type TextTowerConfig,
  type TowerConfig,
} from './clip-layers.ts';
import type { NamedFeedForward } from '../decoder/plain.ts';
import { JoinedAttention } from '../joined-attention.ts';
import { parseConfig } from '../raw-config.ts';
import { PatchConvolution } from '../images.ts';
import type { Block, Pass, Stack, StackInput } from '../stack.ts';
import { count } from '../config-keys.ts';

export const tower = towerKeys({
  hidden_size: 768,
  intermediate_size: 3072,
  num_hidden_layers: 12,
  num_attention_heads: 12,
  hidden_act: 'gelu_pytorch_tanh',
  layer_norm_eps: 1e-6,
  attention_dropout: 0,
});

export const textSchema = z.looseObject({
  ...tower,
  vocab_size: count.default(32000),
  max_position_embeddings: count.default(64),
  projection_size: count.nullish(),
});

export const siglipVision = z.looseObject({
  ...tower,
  num_channels: count.default(3),
  image_size: count.default(224),
  patch_size: count.default(16),
  vision_use_head: z.boolean().default(true),
});

/** HF SiglipConfig keys that affect the computation. */
const schema = z.looseObject({ text_config: textSchema.prefault({}), vision_config: siglipVision.prefault({}) });

type SiglipTextConfig = TextTowerConfig & { projection_size?: number | null };

class SiglipText extends TextTower {
  readonly head: Linear;

  constructor(config: SiglipTextConfig) {
    super(config, { causal: false });
    this.head = new Linear(config.hidden_size, config.projection_size ?? config.hidden_size, { bias: true });
  }

  /** Pools each text's last token, which may be padding: [N, D] → [R, E] */
  vectors(hidden: Tensor, layout: Layout): Tensor {
    const last = BigInt64Array.from(layout.offsets.slice(1), (end) => BigInt(end - 1));
    return this.head.forward(hidden.indexSelect(0, fromArray(last).toDevice(hidden.device)));
  }
}

export class VisionEmbeddings extends Module {
  readonly patch_embedding: PatchConvolution;
  readonly position_embedding: Embedding;

  constructor(config: ImageTowerConfig) {
    super();
    const { hidden_size: width, num_channels: channels } = config;
    this.patch_embedding = new PatchConvolution({ channels, patch: sidesOf(config).patch, width });
    this.position_embedding = new Embedding(patchCount(config), width);
  }

  /** [R, C, Y, X] → [N, D]: patches row by row */
  forward(images: Tensor, pass: Pass): Tensor {
    const patches = this.patch_embedding.tokens(images, pass); // [R, P, D]
    const places = this.places(patches.shape[1]).toDevice(pass.device);
    return patches.add(this.position_embedding.forward(places, pass.dtype)).flatten(0, 1);
  }

  /** Position of each patch: int64 [P] */
  protected places(patches: number): Tensor {
    return arange(patches);
  }
}

class PoolingAttention extends JoinedAttention {
  /** query [1, D] of every row, hidden [N, D] → [R, D] */
  forward(query: Tensor, hidden: Tensor, layout: Layout): Tensor {
    const [q, k, v] = this.projected(query, hidden); // [·, H, d]
    const rows = layoutOfRows(Array<number>(layout.rowOf.length).fill(1), { causal: false });
    const queries = q.expand(rows.rowOf.length, ...q.shape.slice(1));
    return this.out_proj.forward(attention(queries, k, v, { layout: rows, keys: layout }).flatten(1));
  }
}

/** Pools an image's patches by attention from a learned query. */
class PoolingHead extends Module {
  readonly probe: Parameter;
  readonly attention: PoolingAttention;
  readonly layernorm: LayerNorm;
  readonly mlp: NamedFeedForward;

  constructor(config: TowerConfig) {
    super();
    const { hidden_size: outer } = config;
    this.probe = new Parameter([1, 1, outer]);
    this.attention = new PoolingAttention(outer, config.num_attention_heads);
    this.layernorm = new LayerNorm(outer, config.layer_norm_eps);
    this.mlp = mlp(config);
  }

  forward(hidden: Tensor, layout: Layout): Tensor {
    const pooled = this.attention.forward(this.probe.value(hidden.dtype).flatten(0, 1), hidden, layout); // [R, D]
    return pooled.add(this.mlp.forward(this.layernorm.forward(pooled)));
  }
}

/** Embeds an image's patches, including positions. */
type Embeddings = Module & { forward(images: Tensor, pass: Pass): Tensor };

/** Image tower; its embeddings depend on the kind of images. */
export class SiglipVision extends ImageTower {
  readonly embeddings: Embeddings;
  readonly encoder: TowerEncoder;
  readonly post_layernorm: LayerNorm;
  readonly head?: PoolingHead;

  constructor(config: ImageTowerConfig, parts: { embeddings?: Embeddings; hasHead: boolean }) {
    super(config, { extraTokens: 0 });
    this.embeddings = parts.embeddings ?? new VisionEmbeddings(config);
    this.encoder = new TowerEncoder(config, 'vision_model');
    this.post_layernorm = new LayerNorm(config.hidden_size, config.layer_norm_eps);
    if (parts.hasHead) this.head = new PoolingHead(config);
  }

  override get blockList(): readonly Block[] {
    return this.encoder.layers;
  }
  override embed(input: StackInput, pass: Pass): Tensor {
    return this.embeddings.forward(this.images(input), pass);
  }
  override finish(x: Tensor): Tensor {
    return this.post_layernorm.forward(x);
  }

  /** [N, D] → [R, D] */
  vectors(hidden: Tensor, layout: Layout): Tensor {
    if (this.head === undefined) throw new Error('a vision tower without a pooling head has no image embeddings');
    return this.head.forward(hidden, layout);
  }
}

/** Dual encoder for texts and images, trained on pairs independently (Zhai et al., 2023; HF SiglipModel). */
class Siglip extends Module implements Trunk {
  readonly text_model: SiglipText;
  readonly vision_model: SiglipVision;
  readonly logit_scale: Parameter;
  readonly logit_bias: Parameter;
  readonly width: number;

  constructor(text: SiglipTextConfig, vision: SiglipVision) {
    super();
    this.text_model = new SiglipText(text);
    this.vision_model = vision;
    this.logit_scale = new Parameter([1]);
    this.logit_bias = new Parameter([1]);
    this.width = text.hidden_size;
  }

  get stack(): Stack {
    return this.text_model;
  }
  get tokenTable(): Embedding {
    return this.text_model.embeddings.token_embedding;
  }
  get towers(): Towers {
    const { text_model: text, vision_model: vision, logit_scale: logScale, logit_bias: bias } = this;
    return {
      text: { stack: text, vectors: (hidden, { layout }) => text.vectors(hidden, layout) },
      image: { stack: vision, vectors: (hidden, { layout }) => vision.vectors(hidden, layout) },
      logScale,
      bias,
    };
  }
  override fixedValue(name: string, { dtype, device }: { dtype: DType; device: string }): Tensor | undefined {
    return name.startsWith('logit_') ? zeros([1], { dtype, device }) : undefined;
  }
}

/** Defines a model type of the family. */
export function defineSiglip<Vision extends ImageTowerConfig>(about: {
  modelType: string;
  /** Stem of the class names: `Siglip` in `SiglipModel`. */
  className: string;
  schema: z.ZodType<{ text_config: SiglipTextConfig; vision_config: Vision }>;
  vision(config: Vision, task: Task): SiglipVision;
}): Architecture {
  const { modelType, className, schema } = about;
  return {
    modelType,
    prefix: '',
    modalities: ['image', 'text'],
    build(raw, { task }) {
      const { text_config: text, vision_config: config } = parseConfig(schema, raw);
      const vision = about.vision(config, task);
      return task === 'sequence' ? new TowerClassifier(vision, config.hidden_size) : new Siglip(text, vision);
    },
    heads: () => ({
      contrastive: { head: 'contrastive', className: `${className}Model`, options: {} },
      sequence: {
        head: 'sequence',
        className: `${className}ForImageClassification`,
        options: { name: 'classifier', pool: 'mean', bias: true },
      },
    }),
    limits(raw) {
      const { text_config: text, vision_config: vision } = parseConfig(schema, raw);
      const imagePositions = patchCount(vision);
      const { vocab_size: vocabularySize, max_position_embeddings: maxPositions } = text;
      return { vocabularySize, maxPositions, imagePositions, filledTo: maxPositions };
    },
    withVocabulary: (raw, vocab_size) => ({ ...raw, text_config: { ...(raw.text_config as object), vocab_size } }),
  };
}

export const architecture = defineSiglip({
  modelType: 'siglip',
  className: 'Siglip',
  schema,
  vision(config, task) {
    const hasHead = task !== 'sequence' || config.vision_use_head;
    return new SiglipVision(config, { hasHead });
  },
});
