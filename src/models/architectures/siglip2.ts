// N patches of all images, C channels, D width, S side of the position grid
import { z } from 'zod';
import { Embedding, layoutOfRows, Linear, Module, type Layout } from '../../engine/nn/index.ts';
import { aten, cat, wideType, type Tensor } from '../../engine/tensor/index.ts';
import type { ImageTowerConfig } from './clip-layers.ts';
import { patchesOf } from '../images.ts';
import { defineSiglip, SiglipVision, textSchema, tower } from './siglip.ts';
import type { PatchGrid, Pass, StackInput } from '../stack.ts';
import { count } from '../config-keys.ts';

/** HF Siglip2VisionConfig keys that affect the computation. */
export const siglip2Vision = z
  .looseObject({
    ...tower,
    num_channels: count.default(3),
    patch_size: count.default(16),
    num_patches: count.default(256),
    vision_use_head: z.boolean().default(true),
  })
  .refine(({ num_patches: patches }) => Number.isInteger(Math.sqrt(patches)), {
    path: ['num_patches'],
    error: 'must be a square number, since the position grid is square',
  })
  .transform((config) => ({ ...config, image_size: Math.sqrt(config.num_patches) * config.patch_size }));

const schema = z.looseObject({ text_config: textSchema.prefault({}), vision_config: siglip2Vision.prefault({}) });

class Embeddings extends Module {
  readonly patch_embedding: Linear;
  readonly position_embedding: Embedding;
  readonly #side: number;

  constructor({ num_channels: channels, patch_size: patch, hidden_size: width, image_size: image }: ImageTowerConfig) {
    super();
    this.#side = image / patch;
    this.patch_embedding = new Linear(channels * patch ** 2, width, { bias: true });
    this.position_embedding = new Embedding(this.#side ** 2, width);
  }

  /** [N, C · patch²] → [N, D] */
  forward(patches: Tensor, pass: Pass, grids: readonly PatchGrid[] = []): Tensor {
    const positions = new Map<string, Tensor>();
    const ofImages = grids.map((grid) => {
      const key = grid.join();
      const known = positions.get(key) ?? this.#positions(grid);
      positions.set(key, known);
      return known;
    });
    return this.patch_embedding.forward(patches.toDevice(pass.device).to(pass.dtype)).add(cat(ofImages).to(pass.dtype));
  }

  /** Learned position grid, interpolated to the image's: [rows · columns, D] */
  #positions([rows, columns]: PatchGrid): Tensor {
    const { tensor } = this.position_embedding.weight;
    const wide = tensor.to(wideType(tensor.dtype));
    const maps = wide.reshape(1, this.#side, this.#side, -1).permute(0, 3, 1, 2); // [1, D, S, S]
    return aten._upsample_bilinear2d_aa.default(maps, [rows, columns], false).flatten(2).squeeze(0).transpose(0, 1);
  }
}

/** Image tower that keeps aspect ratios and reads patches. */
export class Siglip2Vision extends SiglipVision {
  declare readonly embeddings: Embeddings;
  readonly #values: number;

  constructor(config: ImageTowerConfig, { hasHead }: { hasHead: boolean }) {
    super(config, { embeddings: new Embeddings(config), hasHead });
    this.#values = config.num_channels * config.patch_size ** 2;
  }

  override layoutOf(input: StackInput): Layout {
    const lengths = patchesOf(input, this.#values).grids.map(([rows, columns]) => rows * columns);
    return layoutOfRows(lengths, { causal: false });
  }
  override embed(input: StackInput, pass: Pass): Tensor {
    const { patches, grids } = patchesOf(input, this.#values);
    return this.embeddings.forward(patches, pass, grids);
  }
}

/** SigLIP for images of any aspect ratio (Tschannen et al., 2025; HF Siglip2Model). */
export const architecture = {
  ...defineSiglip({
    modelType: 'siglip2',
    className: 'Siglip2',
    schema,
    vision: (config, task) => new Siglip2Vision(config, { hasHead: task !== 'sequence' || config.vision_use_head }),
  }),
  tokensOfFeatures: (_raw: unknown, [patches]: readonly number[]) => patches,
};
