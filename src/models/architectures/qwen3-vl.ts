// P patches of all images, D width, f patches along a token's side
import { z } from 'zod';
import { Embedding, LayerNorm, type Layout } from '../../engine/nn/index.ts';
import { cat, fromArray, type Tensor } from '../../engine/tensor/index.ts';
import { parseConfig } from '../raw-config.ts';
import { count } from '../config-keys.ts';
import { decoderClasses, defineDecoder } from '../decoder/define.ts';
import { NamedFeedForward } from '../decoder/plain.ts';
import { axesAmong, patchLayout, patchPlaces } from './patches.ts';
import {
  qwenImageTokens,
  qwenKeys,
  qwenPairs,
  qwenText,
  QwenVision,
  QwenVisionBlock,
  visionKeys,
} from './qwen-vision.ts';
import type { Block, PatchGrid, StackInput } from '../stack.ts';
import { defineVisionLanguage } from './vision-language.ts';

const schema = z.looseObject({
  ...qwenKeys,
  vision_config: z
    .looseObject({
      ...visionKeys({ depth: 27, width: 1152, inner: 4304, act: 'gelu_pytorch_tanh', patch: 16 }),
      num_position_embeddings: count.default(2304),
      deepstack_visual_indexes: z.array(z.int().min(0)).default([8, 16, 24]),
    })
    .prefault({}),
});

type VisionConfig = z.output<typeof schema>['vision_config'];

const MLP = ['linear_fc1', 'linear_fc2'] as const;

/** Merges f × f patches into a token; normalises each patch, or the merged token (`isWhole`). */
class PatchMerger extends NamedFeedForward {
  readonly norm: LayerNorm;
  readonly #width: number;
  readonly #isWhole: boolean;

  constructor({ hidden_size: width, spatial_merge_size: f, out_hidden_size: out }: VisionConfig, isWhole: boolean) {
    const joined = width * f ** 2;
    super(MLP, { in: joined, inner: joined, out }, { activation: 'gelu' });
    this.norm = new LayerNorm(isWhole ? joined : width, 1e-6);
    this.#width = joined;
    this.#isWhole = isWhole;
  }

  override forward(x: Tensor): Tensor {
    const joined = (y: Tensor) => y.reshape(-1, this.#width);
    return super.forward(this.#isWhole ? this.norm.forward(joined(x)) : joined(this.norm.forward(x)));
  }
}

/** Attention over the whole image; states of some layers are also added in the decoder's first layers (DeepStack). */
class Vision extends QwenVision {
  readonly pos_embed: Embedding;
  readonly blocks: readonly QwenVisionBlock[];
  readonly merger: PatchMerger;
  readonly deepstack_merger_list: readonly PatchMerger[];
  readonly #config: VisionConfig;

  constructor(config: VisionConfig) {
    super(config, { bias: true });
    const { hidden_size: width, intermediate_size: inner, hidden_act: activation } = config;
    const { deepstack_visual_indexes: stacked } = config;
    this.#config = config;
    this.pos_embed = new Embedding(config.num_position_embeddings, width);
    const mergers = stacked.map(() => new PatchMerger(config, true));
    this.blocks = Array.from({ length: config.depth }, (_, i) => {
      return new QwenVisionBlock(config, {
        norm: () => new LayerNorm(width, 1e-6),
        mlp: () => new NamedFeedForward(MLP, { in: width, inner }, { activation }),
        rope: this.rope,
        tap: mergers[stacked.indexOf(i)],
      });
    });
    this.merger = new PatchMerger(config, false);
    this.deepstack_merger_list = mergers;
  }

  override get blockList(): readonly Block[] {
    return this.blocks;
  }
  override layoutOf(input: StackInput): Layout {
    return patchLayout(this.imagesOf(input).grids, this.#config.spatial_merge_size);
  }
  override embed(...[input, pass]: Parameters<QwenVision['embed']>): Tensor {
    const { places, shares } = this.#positionsOf(this.imagesOf(input).grids);
    const parts = places.map((place, corner) => {
      const index = fromArray(BigInt64Array.from(place, BigInt)).toDevice(pass.device);
      const share = fromArray(Float32Array.from(shares[corner])).toDevice(pass.device).to(pass.dtype).unsqueeze(1);
      return this.pos_embed.forward(index, pass.dtype).mul(share); // [P, D]
    });
    return parts.reduce((sum, part) => sum.add(part), super.embed(input, pass));
  }

  /** Bilinear interpolation of the position table: four entries per patch, and their weights. */
  #positionsOf(grids: readonly PatchGrid[]): { places: number[][]; shares: number[][] } {
    const side = Math.floor(Math.sqrt(this.#config.num_position_embeddings));
    const [places, shares] = [0, 1].map((): number[][] => [[], [], [], []]);
    for (const grid of grids)
      for (const patch of patchPlaces(grid, this.#config.spatial_merge_size)) {
        const exact = patch.map((place, axis) => Math.fround((place * (side - 1)) / Math.max(grid[axis] - 1, 1)));
        for (const corner of places.keys()) {
          const taps = exact.map((value, axis) => {
            const offset = axis === 0 ? corner >> 1 : corner & 1;
            const place = Math.min(Math.floor(value) + offset, side - 1);
            const distance = value - Math.floor(value);
            return { place, share: offset === 0 ? 1 - distance : distance };
          });
          places[corner].push(taps[0].place * side + taps[1].place);
          shares[corner].push(taps[0].share * taps[1].share);
        }
      }
    return { places, shares };
  }
}

const text = defineDecoder({
  modelType: 'qwen3_vl_text',
  classes: decoderClasses('Qwen3VL'),
  defaults: {
    vocab_size: 151_936,
    hidden_size: 4096,
    intermediate_size: 22_016,
    num_hidden_layers: 32,
    num_attention_heads: 32,
    num_key_value_heads: 32,
    head_dim: 128,
    max_position_embeddings: 128_000,
  },
  rope: { theta: 500_000 },
  ropePairs: (config) => qwenPairs(config, { isInterleaved: true, usual: [24, 20, 20] }),
  traits: ({ attention_bias: bias }, { rope }) => ({
    attention: () => ({ rope, bias: { qkv: bias, output: bias }, queryKeyNorm: 'head' }),
  }),
});

/** A vision tower for images of any size with DeepStack, and a Qwen3 decoder (Bai et al., 2025). */
export const architecture = defineVisionLanguage({
  modelType: 'qwen3_vl',
  className: 'Qwen3VLForConditionalGeneration',
  read: (raw) => parseConfig(schema, raw),
  text: (raw) => ({ architecture: text, raw: qwenText(raw) }),
  parts({ vision_config: config }, decoder) {
    const tower = new Vision(config);
    const { spatial_merge_size: f } = config;
    return {
      tower: { name: 'visual', module: tower },
      text: { name: 'language_model', module: decoder },
      reader: {
        width: config.hidden_size,
        hasAside: true,
        vectors: (hidden, { aside }) => cat([tower.merger.forward(hidden), ...aside], 1),
        tokensOf: ([rows, columns]) => (rows * columns) / f ** 2,
        layoutAmong: (layout, images) => axesAmong(layout, images, f),
      },
    };
  },
  imageTokens: ({ image_token_id: id, vision_config: vision }) => qwenImageTokens(id, vision.spatial_merge_size),
  tokensOf: ({ vision_config: vision }, [patches]) => patches / vision.spatial_merge_size ** 2,
  patches: () => 16_384,
});
