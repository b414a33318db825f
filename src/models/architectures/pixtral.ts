// P patches of all images, V width of the tower, H heads, d head size
import { z } from 'zod';
import { Module, renamed, RMSNorm, Rope, type Layout } from '../../engine/nn/index.ts';
import type { Tensor } from '../../engine/tensor/index.ts';
import { activation, count, probability } from '../config-keys.ts';
import { FeedForward } from '../decoder/feed-forward.ts';
import { NormBefore } from '../decoder/layer.ts';
import { Stack, type Block, type Pass, type StackInput } from '../stack.ts';
import { patchesOf } from '../images.ts';
import { fitting, patchLayout, PatchProjection } from './patches.ts';
import { TurnedAttention } from './vit-layers.ts';

const rope = z.looseObject({
  rope_type: z.literal('default').optional(),
  rope_theta: z.number().positive().optional(),
});

/** HF PixtralVisionConfig keys that affect the computation. */
export const pixtralVision = z
  .looseObject({
    hidden_size: count.default(1024),
    intermediate_size: count.default(4096),
    num_hidden_layers: count.default(24),
    num_attention_heads: count.default(16),
    num_channels: count.default(3),
    image_size: count.default(1024),
    patch_size: count.default(16),
    hidden_act: activation.default('gelu'),
    attention_dropout: probability.default(0),
    rope_theta: z.number().positive().default(10_000),
    rope_parameters: rope.nullish(),
  })
  .refine(({ hidden_size: width, num_attention_heads: heads }) => width % (4 * heads) === 0, {
    path: ['num_attention_heads'],
    error: 'must divide hidden_size into heads whose size is a multiple of 4',
  });

type PixtralConfig = z.output<typeof pixtralVision>;

const EPSILON = 1e-5;

function layerOf(config: PixtralConfig, layer: number): Block {
  const { hidden_size: width, intermediate_size: inner, hidden_act: activation } = config;
  const made = new NormBefore({
    attention: new TurnedAttention(config, `vision_tower.layers.${layer}`),
    attentionName: 'attention',
    feedForward: new FeedForward({ width, inner, activation }),
    feedForwardName: 'feed_forward',
    norm: (size) => new RMSNorm(size, EPSILON),
    width,
    residualScale: 1,
  });
  return renamed(made, { input_layernorm: 'attention_norm', post_attention_layernorm: 'ffn_norm' });
}

class Transformer extends Module {
  readonly layers: readonly Block[];

  constructor(config: PixtralConfig) {
    super();
    this.layers = Array.from({ length: config.num_hidden_layers }, (_, layer) => layerOf(config, layer));
  }
}

/** Vision transformer for images up to a maximum side, with rotary positions by row and column (Agrawal et al., 2024). */
export class PixtralVision extends Stack {
  readonly patch_conv: PatchProjection;
  readonly ln_pre: RMSNorm;
  readonly transformer: Transformer;
  readonly #config: PixtralConfig;
  readonly #rope: Rope;

  constructor(config: PixtralConfig) {
    super();
    const { hidden_size: width, patch_size: patch, num_channels: channels } = config;
    this.#config = config;
    this.patch_conv = new PatchProjection([channels, patch, patch], width, { bias: false });
    this.ln_pre = new RMSNorm(width, EPSILON);
    this.transformer = new Transformer(config);
    const [size, theta] = [width / config.num_attention_heads, config.rope_parameters?.rope_theta ?? config.rope_theta];
    // Even frequencies rotate by row, odd ones by column.
    const pairs = [0, 1].flatMap((axis) =>
      Array.from({ length: size / 4 }, (_, i) => ({ axis, frequency: 2 * i + axis })),
    );
    this.#rope = new Rope({ size, theta, scaling: { rope_type: 'default' }, maxPositions: 1 }, pairs);
  }

  #imagesOf(input: StackInput) {
    const { num_channels: channels, patch_size: patch } = this.#config;
    return patchesOf(input, channels * patch ** 2);
  }
  override layoutOf(input: StackInput): Layout {
    const { grids } = this.#imagesOf(input);
    const most = Math.floor(this.#config.image_size / this.#config.patch_size);
    return patchLayout(fitting(grids, most));
  }
  override get blockList(): readonly Block[] {
    return this.transformer.layers;
  }
  override prepare(pass: Pass): void {
    pass.turn = this.#rope.rotation(pass.positions, pass.layout, pass.dtype);
  }
  override embed(input: StackInput, pass: Pass): Tensor {
    const { patches } = this.#imagesOf(input);
    return this.ln_pre.forward(this.patch_conv.forward(patches.toDevice(pass.device).to(pass.dtype)));
  }
}
