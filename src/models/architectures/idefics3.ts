// N tokens, T tiles of images, P patches of a tile, S tokens of a tile, D width, V width of the vision tower, f scale
// factor
import { z } from 'zod';
import { AttuneError } from '../../base/errors.ts';
import { LayerNorm, Linear, Module } from '../../engine/nn/index.ts';
import { aten, type Tensor } from '../../engine/tensor/index.ts';
import type { Architecture, ImageMarks } from '../architecture.ts';
import { ImageTower, patchCount, sidesOf, TowerEncoder, towerKeys, type ImageTowerConfig } from './clip-layers.ts';
import { parseConfig, type RawConfig } from '../raw-config.ts';
import { VisionEmbeddings } from './siglip.ts';
import type { Block, PatchGrid, Pass, StackInput } from '../stack.ts';
import { count } from '../config-keys.ts';
import { defineVisionLanguage, textModelOf } from './vision-language.ts';

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
  vision_config: visionSchema.prefault({}),
  scale_factor: count.default(2),
  image_token_id: z.int().min(0).default(128_257),
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

function read(raw: RawConfig) {
  const config = parseConfig(schema, raw);
  const { vision_config: vision, scale_factor: factor } = config;
  const side = sideOf(vision);
  if (side >= factor && side % factor === 0) return { ...config, perSquare: patchCount(vision) / factor ** 2 };
  throw new AttuneError('E_CONFIG_BAD', {
    what: 'scale_factor in config.json does not divide the patch grid',
    got: `image_size ${vision.image_size}, patch_size ${vision.patch_size}, scale_factor ${factor}`,
    expected: `a scale_factor that divides the ${side} patches along a side`,
    fix: 'fetch the model again, or fix its config.json',
  });
}

/** Either of the family's types: a vision tower with pixel shuffle and a Llama decoder (Laurençon et al., 2024). */
export function defineIdefics3(modelType: string, name: string): Architecture {
  return defineVisionLanguage({
    modelType,
    className: `${name}ForConditionalGeneration`,
    tied: (own, text) => own ?? text,
    read,
    text: (raw) => textModelOf(raw, 'llama', ['llama']),
    parts(config, decoder) {
      const [tower, connector] = [new Vision(config.vision_config), new Connector(config, decoder.width)];
      return {
        tower: { name: 'vision_model', module: tower },
        connector: { name: 'connector', module: connector },
        text: { name: 'text_model', module: decoder },
        reader: { width: config.vision_config.hidden_size, vectors: (hidden) => connector.forward(hidden) },
      };
    },
    imageTokens({ scale_factor: factor, image_token_id: id, perSquare }) {
      return { id, patches: factor ** 2, textOf: ({ grid = [0, 0] }, marks) => squaresText(grid, perSquare, marks) };
    },
    tokensOf: ({ perSquare }, [squares]) => squares * perSquare,
    patches: ({ vision_config: vision }) => patchCount(vision),
  });
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
