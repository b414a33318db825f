// N tokens, T tiles of images, P patches of a tile, S tokens of a tile, D width, V width of the vision tower, f scale
// factor
import { z } from 'zod';
import { AttuneError } from '../../base/errors.ts';
import { LayerNorm, Linear, Module, type Embedding } from '../../engine/nn/index.ts';
import { aten, type Tensor } from '../../engine/tensor/index.ts';
import type { Architecture, HeadPlan, ImageMarks, ImageReader, Task, Trunk, TrunkContext } from '../architecture.ts';
import { ImageTower, patchCount, sidesOf, TowerEncoder, towerKeys, type ImageTowerConfig } from './clip-layers.ts';
import { parseConfig, type RawConfig } from '../raw-config.ts';
import type { Decoder } from '../decoder/decoder.ts';
import { architecture as llama } from './llama.ts';
import { VisionEmbeddings } from './siglip.ts';
import type { Block, PatchGrid, Pass, Stack, StackInput } from '../stack.ts';
import { count } from '../config-keys.ts';

const visionSchema = z.looseObject({
  ...towerKeys({
    hidden_size: 1152,
    intermediate_size: 3072,
    num_hidden_layers: 12,
    num_attention_heads: 16,
    hidden_act: 'gelu_pytorch_tanh',
    layer_norm_eps: 1e-6,
    attention_dropout: 0,
  }),
  num_channels: count.default(3),
  image_size: count.default(224),
  patch_size: count.default(32),
});

/** HF Idefics3Config keys that affect the computation. */
const schema = z.looseObject({
  text_config: z.looseObject({
    model_type: z.literal('llama', { error: 'only the text model llama is supported' }).default('llama'),
    tie_word_embeddings: z.boolean().nullish(),
  }),
  vision_config: visionSchema.prefault({}),
  scale_factor: count.default(2),
  image_token_id: z.int().min(0).default(128_257),
  tie_word_embeddings: z.boolean().nullish(),
});

type Config = z.output<typeof schema>;

/** Bucketed positions of a tile's patches, computed in f32 as in the reference so that bucket boundaries agree. */
class SquareEmbeddings extends VisionEmbeddings {
  readonly #side: number;

  constructor(config: ImageTowerConfig) {
    super(config);
    this.#side = sideOf(config);
  }

  protected override places(): Tensor {
    const side = this.#side;
    const shares = aten.arange.start_step(0, 1 - 1e-6, { step: Math.fround(1 / side), dtype: 'f32' });
    const bounds = aten.arange.start_step(1 / side, 1, { step: 1 / side, dtype: 'f32' });
    const places = aten.bucketize.Tensor(shares, bounds, { right: true });
    return places.mul(side).unsqueeze(1).add(places).flatten();
  }
}

/** Patches along a side. */
function sideOf(config: ImageTowerConfig): number {
  const { image, patch } = sidesOf(config);
  return Math.floor(image[0] / patch[0]);
}

class Vision extends ImageTower {
  readonly embeddings: SquareEmbeddings;
  readonly encoder: TowerEncoder;
  readonly post_layernorm: LayerNorm;

  constructor(config: Config['vision_config']) {
    super(config, { extraTokens: 0 });
    this.embeddings = new SquareEmbeddings(config);
    this.encoder = new TowerEncoder(config, 'vision_model');
    this.post_layernorm = new LayerNorm(config.hidden_size, config.layer_norm_eps);
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
}

class Projection extends Module {
  readonly proj: Linear;

  constructor(from: number, to: number) {
    super();
    this.proj = new Linear(from, to, { bias: false });
  }
}

/** Merges f × f neighbouring patches into one token (pixel shuffle). */
class Connector extends Module {
  readonly modality_projection: Projection;
  readonly #grid: { side: number; factor: number };

  constructor(config: Config, width: number) {
    super();
    const { vision_config: vision, scale_factor: factor } = config;
    this.modality_projection = new Projection(vision.hidden_size * factor ** 2, width);
    this.#grid = { side: sideOf(vision), factor };
  }

  /** [T · P, V] → [T · S, D] */
  forward(hidden: Tensor): Tensor {
    const { side, factor } = this.#grid;
    const groups = side / factor;
    const patches = hidden.reshape(-1, groups, factor, groups, factor, hidden.shape[1]);
    const joined = patches.permute(0, 1, 3, 2, 4, 5).reshape(-1, factor ** 2 * hidden.shape[1]); // [T · S, f² V]
    return this.modality_projection.proj.forward(joined);
  }
}

/** A vision tower with pixel shuffle and a Llama decoder (Laurençon et al., 2024; HF Idefics3Model). */
class Idefics3 extends Module implements Trunk {
  readonly vision_model: Vision;
  readonly connector: Connector;
  readonly text_model: Decoder;

  constructor(config: Config, text: Decoder) {
    super();
    this.vision_model = new Vision(config.vision_config);
    this.connector = new Connector(config, text.width);
    this.text_model = text;
  }

  get stack(): Stack {
    return this.text_model;
  }
  get width(): number {
    return this.text_model.width;
  }
  get tokenTable(): Embedding {
    return this.text_model.embed_tokens;
  }
  get imageReader(): ImageReader {
    const { vision_model: stack, connector } = this;
    const width = stack.embeddings.position_embedding.width;
    return { stack, width, modules: [stack, connector], vectors: (hidden) => connector.forward(hidden) };
  }
}

function read(raw: RawConfig): Config {
  const config = parseConfig(schema, raw);
  const { vision_config: vision, scale_factor: factor } = config;
  const side = sideOf(vision);
  if (side >= factor && side % factor === 0) return config;
  throw new AttuneError('E_CONFIG_BAD', {
    what: 'scale_factor in config.json does not divide the patch grid',
    got: `image_size ${vision.image_size}, patch_size ${vision.patch_size}, scale_factor ${factor}`,
    expected: `a scale_factor that divides the ${side} patches along a side`,
    fix: 'fetch the model again, or fix its config.json',
  });
}

/** Defines either of the family's two model types. */
export function defineIdefics3(modelType: string, name: string): Architecture {
  return {
    modelType,
    prefix: 'model',
    modalities: ['text', 'image'],
    build(raw: RawConfig, context: TrunkContext): Trunk {
      const config = read(raw);
      return new Idefics3(config, llama.build(config.text_config, context) as Decoder);
    },
    heads(raw): Partial<Record<Task, HeadPlan>> {
      const { tie_word_embeddings: tied, text_config: text } = parseConfig(schema, raw);
      const options = { name: 'lm_head', tied: tied ?? text.tie_word_embeddings ?? false };
      return { 'causal-lm': { head: 'causal-lm', className: `${name}ForConditionalGeneration`, options } };
    },
    limits(raw) {
      const config = read(raw);
      return { ...llama.limits(config.text_config), imagePositions: patchCount(config.vision_config) };
    },
    imageTokens(raw) {
      const { vision_config: vision, scale_factor: factor, image_token_id: id } = read(raw);
      const perSquare = patchCount(vision) / factor ** 2;
      return { id, patches: factor ** 2, textOf: ({ grid = [0, 0] }, marks) => squaresText(grid, perSquare, marks) };
    },
    tokensOfFeatures(raw, [squares]) {
      const { vision_config: vision, scale_factor: factor } = read(raw);
      return (squares * patchCount(vision)) / factor ** 2;
    },
    withVocabulary: (raw, vocab_size) => ({
      ...raw,
      ...('vocab_size' in raw && { vocab_size }),
      text_config: { ...(raw.text_config as object), vocab_size },
    }),
  };
}

/** Text of an image: its tiles row by row, then the downscaled image; for a single tile, only the latter. */
export function squaresText([rows, columns]: PatchGrid, perSquare: number, marks: Omit<ImageMarks, 'textOf'>): string {
  const around = marks.named('fake_image_token', '<fake_token_around_image>');
  const square = marks.image.repeat(perSquare);
  const all = `${around}${marks.named('global_image_token', '<global-img>')}${square}${around}`;
  if (rows === 0 && columns === 0) return all;
  const lines = Array.from({ length: rows }, (_, row) => {
    const places = Array.from({ length: columns }, (_place, column) => `<row_${row + 1}_col_${column + 1}>`);
    return `${places.map((place) => around + place + square).join('')}\n`;
  });
  return `${lines.join('')}\n${all}`;
}

export const architecture = defineIdefics3('idefics3', 'Idefics3');
