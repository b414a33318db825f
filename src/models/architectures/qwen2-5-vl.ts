// P patches of all images, D width, f patches along a token's side
import { z } from 'zod';
import { Linear, Module, RMSNorm, type Layout } from '../../engine/nn/index.ts';
import { fromArray, type Tensor } from '../../engine/tensor/index.ts';
import { parseConfig } from '../raw-config.ts';
import { count } from '../config-keys.ts';
import { decoderClasses, defineDecoder } from '../decoder/define.ts';
import { FeedForward } from '../decoder/feed-forward.ts';
import { axesAmong, patchLayout } from './patches.ts';
import { windowOfLayers } from './qwen2.ts';
import {
  Gelu,
  qwenFormerNames,
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
      ...visionKeys({ depth: 32, width: 3584, inner: 3420, act: 'silu', patch: 14 }),
      window_size: count.default(112),
      fullatt_block_indexes: z.array(z.int().min(0)).default([7, 15, 23, 31]),
    })
    .prefault({}),
});

type VisionConfig = z.output<typeof schema>['vision_config'];

/** Layout of whole images, with patches in window order, and the layout of the windows. */
interface WindowedLayout extends Layout {
  windows: Layout;
}

class PatchMerger extends Module {
  readonly ln_q: RMSNorm;
  readonly mlp: readonly [Linear, Gelu, Linear];
  readonly #width: number;

  constructor({ hidden_size: width, spatial_merge_size: f, out_hidden_size: out }: VisionConfig) {
    super();
    this.#width = width * f ** 2;
    this.ln_q = new RMSNorm(width, 1e-6);
    const layers = [this.#width, out].map((to) => new Linear(this.#width, to, { bias: true }));
    this.mlp = [layers[0], new Gelu(), layers[1]];
  }

  /** [P, D] → [P / f², out] */
  forward(x: Tensor): Tensor {
    return this.mlp.reduce<Tensor>((y, layer) => layer.forward(y), this.ln_q.forward(x).reshape(-1, this.#width));
  }
}

/** Attention within windows, and over the whole image in a few layers. */
class Vision extends QwenVision {
  readonly blocks: readonly QwenVisionBlock[];
  readonly merger: PatchMerger;
  readonly #config: VisionConfig;

  constructor(config: VisionConfig) {
    super(config, { bias: false });
    const { hidden_size: width, intermediate_size: inner, hidden_act: activation } = config;
    this.#config = config;
    this.blocks = Array.from({ length: config.depth }, (_, i) => {
      const isWhole = config.fullatt_block_indexes.includes(i);
      return new QwenVisionBlock(config, {
        norm: () => new RMSNorm(width, 1e-6),
        mlp: () => new FeedForward({ width, inner, activation, bias: true }),
        rope: this.rope,
        ...(!isWhole && { layoutOf: (layout) => (layout as WindowedLayout).windows }),
      });
    });
    this.merger = new PatchMerger(config);
  }

  override get blockList(): readonly Block[] {
    return this.blocks;
  }
  override layoutOf(input: StackInput): WindowedLayout {
    const { grids } = this.imagesOf(input);
    const { spatial_merge_size: f } = this.#config;
    const { order, lengths } = windowsOf(grids, this.#config);
    const patches = order.flatMap((token) => Array.from({ length: f ** 2 }, (_, i) => token * f ** 2 + i));
    const layout = patchLayout(grids, f, patches);
    const offsets = [0];
    for (const length of lengths) offsets.push(offsets.at(-1)! + length * f ** 2);
    return { ...layout, windows: { ...layout, offsets, rowOf: lengths.map((_, window) => window) } };
  }
  override embed(...[input, pass]: Parameters<QwenVision['embed']>): Tensor {
    const { spatial_merge_size: f } = this.#config;
    const x = super.embed(input, pass);
    const order = indices(windowsOf(this.imagesOf(input).grids, this.#config).order, x);
    return x
      .reshape(-1, f ** 2 * x.shape[1])
      .indexSelect(0, order)
      .reshape(...x.shape);
  }

  /** Merges patches and restores the tokens' order. */
  vectors(hidden: Tensor, grids: readonly PatchGrid[]): Tensor {
    const { order } = windowsOf(grids, this.#config);
    const back = Array<number>(order.length);
    for (const [place, token] of order.entries()) back[token] = place;
    return this.merger.forward(hidden).indexSelect(0, indices(back, hidden));
  }
}

function indices(places: readonly number[], like: Tensor): Tensor {
  return fromArray(BigInt64Array.from(places, BigInt)).toDevice(like.device);
}

/** Tokens of all images, window by window, and the number of tokens in each window. */
function windowsOf(grids: readonly PatchGrid[], config: VisionConfig): { order: number[]; lengths: number[] } {
  const { window_size: pixels, spatial_merge_size: f, patch_size: patch } = config;
  const side = Math.floor(Math.floor(pixels / f) / patch);
  const [order, lengths]: [number[], number[]] = [[], []];
  let first = 0;
  for (const [rows, columns] of grids.map((grid) => grid.map((length) => Math.floor(length / f)))) {
    for (let top = 0; top < rows; top += side)
      for (let left = 0; left < columns; left += side) {
        const before = order.length;
        for (let row = top; row < Math.min(top + side, rows); row++)
          for (let column = left; column < Math.min(left + side, columns); column++)
            order.push(first + row * columns + column);
        lengths.push(order.length - before);
      }
    first += rows * columns;
  }
  return { order, lengths };
}

const text = defineDecoder({
  modelType: 'qwen2_5_vl_text',
  classes: decoderClasses('Qwen2_5_VL'),
  defaults: {
    vocab_size: 152_064,
    hidden_size: 8192,
    intermediate_size: 29_568,
    num_hidden_layers: 80,
    num_attention_heads: 64,
    num_key_value_heads: 8,
    max_position_embeddings: 32_768,
    rms_norm_eps: 1e-5,
  },
  rope: { theta: 1_000_000 },
  ropePairs: (config) => qwenPairs(config, { isInterleaved: false, usual: [16, 24, 24] }),
  traits(_config, { raw, rope }) {
    const windowOf = windowOfLayers({ max_window_layers: 80, ...raw });
    return { attention: (layer) => ({ rope, bias: { qkv: true, output: false }, window: windowOf(layer) }) };
  },
});

/** A windowed vision tower for images of any size, and a Qwen2 with M-RoPE (Bai et al., 2025). */
export const architecture = defineVisionLanguage({
  modelType: 'qwen2_5_vl',
  className: 'Qwen2_5_VLForConditionalGeneration',
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
        vectors: (hidden, { grids = [] }) => tower.vectors(hidden, grids),
        tokensOf: ([rows, columns]) => (rows * columns) / f ** 2,
        layoutAmong: (layout, images) => axesAmong(layout, images, f),
      },
    };
  },
  imageTokens: ({ image_token_id: id, vision_config: vision }) => qwenImageTokens(id, vision.spatial_merge_size),
  tokensOf: ({ vision_config: vision }, [patches]) => patches / vision.spatial_merge_size ** 2,
  patches: () => 16_384,
  formerNames: qwenFormerNames,
});
