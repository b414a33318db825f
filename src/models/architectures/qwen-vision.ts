// P patches of all images, D width, H heads, d head size, f patches along a token's side
import { z } from 'zod';
import { AttuneError } from '../../base/errors.ts';
import { attention, Linear, Module, Rope, rotate, type RopePair, type Layout } from '../../engine/nn/index.ts';
import { aten, type Tensor } from '../../engine/tensor/index.ts';
import type { ImageTokens } from '../architecture.ts';
import type { RawConfig } from '../raw-config.ts';
import { activation, count } from '../config-keys.ts';
import { headShape, type DecoderConfig } from '../decoder/config.ts';
import { patchesOf, type PatchedImages } from '../images.ts';
import { PatchProjection } from './patches.ts';
import { Block, Stack, rotationsOf, type Pass, type StackInput } from '../stack.ts';

/** `vision_config` keys shared by both generations, with defaults. */
export function visionKeys(defaults: { depth: number; width: number; inner: number; act: string; patch: number }) {
  return {
    depth: count.default(defaults.depth),
    hidden_size: count.default(defaults.width),
    intermediate_size: count.default(defaults.inner),
    num_heads: count.default(16),
    hidden_act: activation.default(defaults.act),
    in_channels: count.default(3),
    patch_size: count.default(defaults.patch),
    spatial_merge_size: count.default(2),
    temporal_patch_size: count.default(2),
    out_hidden_size: count.default(3584),
  };
}

const visionSchema = z.object(visionKeys({ depth: 1, width: 1, inner: 1, act: 'silu', patch: 1 }));
export type QwenVisionConfig = z.output<typeof visionSchema>;

/** Keys of the whole model. */
export const qwenKeys = {
  image_token_id: z.int().min(0).default(151_655),
  tie_word_embeddings: z.boolean().nullish(),
};

class VisionAttention extends Module {
  readonly qkv: Linear;
  readonly proj: Linear;
  readonly #heads: number;

  constructor({ hidden_size: width, num_heads: heads }: QwenVisionConfig) {
    super();
    this.qkv = new Linear(width, 3 * width, { bias: true });
    this.proj = new Linear(width, width, { bias: true });
    this.#heads = heads;
  }

  forward(x: Tensor, pass: Pass, { rope, layout }: { rope: Rope; layout: Layout }): Tensor {
    const [q, k, v] = this.qkv
      .forward(x)
      .reshape(x.shape[0], 3 * this.#heads, -1)
      .chunk(3, 1); // [P, H, d]
    const rotation = pass.rotations!.get(rope)!;
    return this.proj.forward(attention(rotate(q, rotation), rotate(k, rotation), v, { layout }).flatten(1));
  }
}

type Part = Module & { forward(x: Tensor): Tensor };

export interface VisionBlockParts {
  norm(): Part;
  mlp(): Part;
  rope: Rope;
  /** Segments that attention is restricted to; by default whole images. */
  layoutOf?(layout: Layout): Layout;
  /** Turns the layer's output into an auxiliary output. */
  tap?: Part;
}

/** A pre-norm layer of the tower; patches are rotated by row and column. */
export class QwenVisionBlock extends Block {
  readonly norm1: Part;
  readonly norm2: Part;
  readonly attn: VisionAttention;
  readonly mlp: Part;
  readonly #parts: VisionBlockParts;

  constructor(config: QwenVisionConfig, parts: VisionBlockParts) {
    super();
    this.norm1 = parts.norm();
    this.norm2 = parts.norm();
    this.attn = new VisionAttention(config);
    this.mlp = parts.mlp();
    this.#parts = parts;
  }

  override forward(x: Tensor, pass: Pass): Tensor {
    const { rope, tap, layoutOf = (layout) => layout } = this.#parts;
    const attended = x.add(this.attn.forward(this.norm1.forward(x), pass, { rope, layout: layoutOf(pass.layout) }));
    const fed = attended.add(this.mlp.forward(this.norm2.forward(attended)));
    if (tap !== undefined) pass.putAside?.(tap.forward(fed));
    return fed;
  }
}

class PatchEmbed extends Module {
  readonly proj: PatchProjection;

  constructor(
    { in_channels: channels, temporal_patch_size: times, patch_size: side, hidden_size: width }: QwenVisionConfig,
    bias: boolean,
  ) {
    super();
    this.proj = new PatchProjection([channels, times, side, side], width, { bias });
  }
}

/** Vision transformer for images of any size. */
export abstract class QwenVision extends Stack {
  readonly patch_embed: PatchEmbed;
  protected readonly rope: Rope;
  readonly #values: number;

  constructor(config: QwenVisionConfig, { bias }: { bias: boolean }) {
    super();
    this.patch_embed = new PatchEmbed(config, bias);
    this.#values = config.in_channels * config.temporal_patch_size * config.patch_size ** 2;
    const size = config.hidden_size / config.num_heads / 2;
    const frequencies = Array.from({ length: size / 2 }, (_, frequency) => frequency);
    const pairs = [0, 1].flatMap((axis) => frequencies.map((frequency) => ({ axis, frequency })));
    this.rope = new Rope({ size, theta: 10_000, scaling: { rope_type: 'default' }, maxPositions: 1 }, pairs);
  }

  protected imagesOf(input: StackInput): PatchedImages {
    return patchesOf(input, this.#values);
  }
  override prepare(pass: Pass): void {
    pass.rotations = rotationsOf([this.rope], pass);
  }
  override embed(input: StackInput, pass: Pass): Tensor {
    return this.patch_embed.proj.forward(this.imagesOf(input).patches.toDevice(pass.device).to(pass.dtype));
  }
}

/** GELU as a module, for lists of layers. */
export class Gelu extends Module {
  forward(x: Tensor): Tensor {
    return aten.gelu.default(x);
  }
}

/** The text model's configuration: `text_config`, or the top level in older files. */
export function qwenText(raw: RawConfig): RawConfig {
  const { vision_config: _vision, text_config: own, ...top } = raw;
  const text = typeof own === 'object' && own !== null ? (own as RawConfig) : top;
  return { ...text, rope_scaling: withoutType(text.rope_scaling), rope_parameters: withoutType(text.rope_parameters) };
}

/** `mrope` is not a scaling type: it only marks the position axes. */
function withoutType(entry: unknown): unknown {
  if (typeof entry !== 'object' || entry === null) return undefined;
  const isOf = (value: unknown) => value === 'mrope';
  return Object.fromEntries(
    Object.entries(entry).filter(([key, value]) => !(/^(rope_)?type$/.test(key) && isOf(value))),
  );
}

/**
 * Assigns rotary frequencies to time, row and column: in sections, or interleaved with the rest for time. @throws
 * AttuneError E_CONFIG_BAD
 */
export function qwenPairs(
  config: DecoderConfig,
  { isInterleaved, usual }: { isInterleaved: boolean; usual: readonly number[] },
) {
  const { size } = headShape(config);
  const entry = config.rope_parameters ?? config.rope_scaling;
  const sections = z
    .array(z.int().min(0))
    .length(3)
    .safeParse(entry?.mrope_section ?? usual);
  const sum = sections.data?.reduce((total, section) => total + section, 0);
  if (sections.data === undefined || (isInterleaved ? false : sum !== size / 2))
    throw badSections(entry?.mrope_section, size);
  const [, rows, columns] = sections.data;
  return Array.from({ length: size / 2 }, (_, frequency): RopePair => {
    if (!isInterleaved) return { frequency, axis: axisIn(sections.data, frequency) };
    const axis = frequency % 3;
    return { frequency, axis: axis > 0 && frequency < 3 * [0, rows, columns][axis] ? axis : 0 };
  });
}

function axisIn([times, rows]: readonly number[], frequency: number): number {
  if (frequency < times) return 0;
  return frequency < times + rows ? 1 : 2;
}

function badSections(got: unknown, size: number): AttuneError {
  return new AttuneError('E_CONFIG_BAD', {
    what: 'mrope_section in config.json does not fit the attention heads',
    got: JSON.stringify(got ?? null),
    expected: `three numbers that add up to ${size / 2}`,
    fix: 'fetch the model again, or fix its config.json',
  });
}

/** `<|image_pad|>`, once per image token. */
export function qwenImageTokens(id: number, f: number): ImageTokens {
  return { id, patches: f ** 2, textOf: ({ shape }, { image }) => image.repeat(shape[0] / f ** 2) };
}

/** Names on the hub, where the tower is a sibling of the decoder's `model` (transformers before 4.52). */
export function qwenFormerNames(path: string): readonly string[] {
  return [
    path.replace(/^model\.(language_model\.|(?=visual\.))/, (_, part?: string) =>
      part === 'language_model.' ? 'model.' : '',
    ),
  ];
}
