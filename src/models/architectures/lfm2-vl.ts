// f patches along a token's side
import { z } from 'zod';
import { parseConfig } from '../raw-config.ts';
import { activation, count } from '../config-keys.ts';
import { groupPatches } from './patches.ts';
import { defineVisionLanguage, llavaFormerNames, Projector, textModelOf } from './vision-language.ts';
import { visionTower } from './vision-towers.ts';

const schema = z.looseObject({
  image_token_id: z.int().min(0).default(396),
  projector_hidden_act: activation.default('gelu'),
  projector_hidden_size: count.default(2560),
  projector_bias: z.boolean().default(true),
  projector_use_layernorm: z.boolean().default(true),
  downsample_factor: count.default(2),
});

/** SigLIP 2's tower, with large images cut into tiles, and an LFM2 decoder (Liquid AI, 2025). */
export const architecture = defineVisionLanguage({
  modelType: 'lfm2_vl',
  className: 'Lfm2VlForConditionalGeneration',
  tied: (own = true) => own,
  read(raw) {
    const type = 'siglip2_vision_model';
    return { ...parseConfig(schema, raw), tower: visionTower(raw, { model_type: type }, [type]) };
  },
  text: (raw) => textModelOf(raw, 'lfm2', ['lfm2']),
  parts({ tower, downsample_factor: f, ...config }, decoder) {
    const { projector_hidden_size: inner, projector_bias: bias, projector_hidden_act: act } = config;
    const options = { bias, activation: act, isNormed: config.projector_use_layernorm };
    const projector = new Projector({ in: tower.width * f ** 2, inner, out: decoder.width }, options);
    return {
      tower: tower.build(),
      connector: { name: 'multi_modal_projector', module: projector },
      text: { name: 'language_model', module: decoder },
      reader: {
        width: tower.width,
        vectors: (hidden, { grids = [] }) => projector.forward(groupPatches(hidden, grids, f).flatten(1)),
        tokensOf: ([rows, columns]) => (rows * columns) / f ** 2,
      },
    };
  },
  imageTokens: ({ image_token_id: id, downsample_factor: f }) => ({
    id,
    patches: f ** 2,
    /** Tiles row by row, each after a special token, then the whole image. */
    textOf({ grid: tiling, grids = [] }, { image, named }) {
      const [rows, columns] = tiling ?? [0, 0];
      const tiles = rows * columns;
      const parts = grids.map(([height, width], part) => {
        const mark = `<|img_row_${Math.floor(part / columns) + 1}_col_${(part % columns) + 1}|>`;
        const thumbnail = tiles === 0 ? '' : named('image_thumbnail_token', '<|img_thumbnail|>');
        return (part < tiles ? mark : thumbnail) + image.repeat((height * width) / f ** 2);
      });
      const [start, end] = [named('image_start_token', '<|image_start|>'), named('image_end_token', '<|image_end|>')];
      return `${start}${parts.join('')}${end}`;
    },
  }),
  tokensOf: ({ downsample_factor: f }, [patches]) => patches / f ** 2,
  patches: ({ downsample_factor: f }) => 256 * f ** 2,
  formerNames: llavaFormerNames,
});
