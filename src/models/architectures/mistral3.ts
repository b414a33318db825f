// P patches of all images, V width of the tower, D width of the tokens, f patches along a side of a token
import { z } from 'zod';
import { Linear, Module, RMSNorm } from '../../engine/nn/index.ts';
import type { Tensor } from '../../engine/tensor/index.ts';
import { parseConfig } from '../raw-config.ts';
import { activation, count } from '../config-keys.ts';
import type { PatchGrid } from '../stack.ts';
import { groupPatches } from './patches.ts';
import { PixtralVision, pixtralVision } from './pixtral.ts';
import {
  defineVisionLanguage,
  imageTokenKey,
  imageTokenOf,
  llavaFormerNames,
  Projector,
  textModelOf,
} from './vision-language.ts';

const typed = z.looseObject({
  model_type: z.literal('pixtral', { error: 'only the vision tower pixtral is supported' }).default('pixtral'),
});

/** Default keys of `vision_config`. */
const usualTower = { image_size: 1540, patch_size: 14 };

const schema = z.looseObject({
  ...imageTokenKey(10),
  projector_hidden_act: activation.default('gelu'),
  vision_feature_layer: z.int({ error: 'only one layer is supported' }).default(-1),
  multimodal_projector_bias: z.boolean().default(false),
  spatial_merge_size: count.default(2),
  vision_config: typed.and(pixtralVision).prefault(usualTower),
});

type Mistral3Config = z.output<typeof schema>;

class PatchMerger extends Module {
  readonly merging_layer: Linear;

  constructor(width: number, f: number) {
    super();
    this.merging_layer = new Linear(width * f ** 2, width);
  }
}

/** Normalises patches and merges f × f of them by a matrix product before the projection. */
class MergingProjector extends Projector {
  readonly norm: RMSNorm;
  readonly patch_merger: PatchMerger;
  readonly #f: number;

  constructor(config: Mistral3Config, to: { width: number; epsilon: number }) {
    const { multimodal_projector_bias: bias, projector_hidden_act: activation, vision_config: vision } = config;
    super({ in: vision.hidden_size, inner: to.width, out: to.width }, { bias, activation });
    this.#f = config.spatial_merge_size;
    this.norm = new RMSNorm(vision.hidden_size, to.epsilon);
    this.patch_merger = new PatchMerger(vision.hidden_size, this.#f);
  }

  merged(hidden: Tensor, grids: readonly PatchGrid[]): Tensor {
    const groups = groupPatches(this.norm.forward(hidden), grids, this.#f); // [tokens, f², V]
    return this.forward(this.patch_merger.merging_layer.forward(groups.transpose(1, 2).flatten(1)));
  }
}

/** Pixtral's tower for images of any size, and a Mistral decoder (Mistral Small 3.1 and later, Mistral AI, 2025). */
export const architecture = defineVisionLanguage({
  modelType: 'mistral3',
  className: 'Mistral3ForConditionalGeneration',
  tied: (own, text) => own ?? text,
  read: (raw) => parseConfig(schema, raw),
  text: (raw) => textModelOf(raw, 'mistral', ['mistral', 'ministral3']),
  parts(config, decoder) {
    const { vision_config: vision, vision_feature_layer: layer, spatial_merge_size: f } = config;
    const projector = new MergingProjector(config, {
      width: decoder.width,
      epsilon: (decoder.norm as RMSNorm).epsilon,
    });
    return {
      tower: { name: 'vision_tower', module: new PixtralVision(vision) },
      connector: { name: 'multi_modal_projector', module: projector },
      text: { name: 'language_model', module: decoder },
      reader: {
        width: vision.hidden_size,
        blocks: layer < 0 ? vision.num_hidden_layers + 1 + layer : layer,
        vectors: (hidden, { grids = [] }) => projector.merged(hidden, grids),
        tokensOf: ([rows, columns]) => (rows * columns) / f ** 2,
      },
    };
  },
  imageTokens: ({ spatial_merge_size: f, ...config }) => ({
    id: imageTokenOf(config),
    patches: f ** 2,
    /** Each row of an image's tokens ends in a special token, the last row in a different one. */
    textOf({ grids = [] }, { image, named }) {
      const [rows, columns] = grids[0].map((side) => side / f);
      const [end, last] = [named('image_break_token', '[IMG_BREAK]'), named('image_end_token', '[IMG_END]')];
      return Array<string>(rows).fill(image.repeat(columns)).join(end) + last;
    },
  }),
  tokensOf: ({ spatial_merge_size: f }, [patches]) => patches / f ** 2,
  patches: ({ vision_config: { image_size: image, patch_size: patch } }) => Math.floor(image / patch) ** 2,
  formerNames: llavaFormerNames,
});
