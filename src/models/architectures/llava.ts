import { z } from 'zod';
import { parseConfig } from '../raw-config.ts';
import { activation } from '../config-keys.ts';
import {
  defineVisionLanguage,
  imageTokenKey,
  imageTokenOf,
  llavaFormerNames,
  Projector,
  textModelOf,
} from './vision-language.ts';
import { patchStates, visionTower } from './vision-towers.ts';

const schema = z.looseObject({
  ...imageTokenKey(32_000),
  projector_hidden_act: activation.default('gelu'),
  multimodal_projector_bias: z.boolean().default(true),
  vision_feature_layer: z.int({ error: 'only one layer is supported' }).default(-2),
  vision_feature_select_strategy: z.enum(['default', 'full']).default('default'),
});

const usualTower = {
  model_type: 'clip_vision_model',
  hidden_size: 1024,
  intermediate_size: 4096,
  num_hidden_layers: 24,
  num_attention_heads: 16,
  image_size: 336,
  patch_size: 14,
};

/** CLIP states of the second-to-last layer, projected into a Llama (Liu et al., 2023). */
export const architecture = defineVisionLanguage({
  modelType: 'llava',
  className: 'LlavaForConditionalGeneration',
  tied: (own, text) => own === true || text,
  read(raw) {
    const own = parseConfig(schema, raw);
    const tower = visionTower(raw, usualTower, ['clip_vision_model', 'siglip_vision_model']);
    const isFull = own.vision_feature_select_strategy === 'full';
    return { ...own, tower, tokens: tower.grid![0] * tower.grid![1] + (isFull ? tower.extraTokens : 0), isFull };
  },
  text: (raw) => textModelOf(raw, 'llama'),
  parts({ tower, isFull, ...config }, decoder) {
    const { multimodal_projector_bias: bias, projector_hidden_act: act, vision_feature_layer: layer } = config;
    const projector = new Projector(
      { in: tower.width, inner: decoder.width, out: decoder.width },
      { bias, activation: act },
    );
    return {
      tower: tower.build(),
      connector: { name: 'multi_modal_projector', module: projector },
      text: { name: 'language_model', module: decoder },
      reader: {
        width: tower.width,
        blocks: layer < 0 ? tower.layers + 1 + layer : layer,
        vectors: (hidden) => projector.forward(isFull ? hidden : patchStates(tower, hidden).states),
      },
    };
  },
  imageTokens: ({ tokens, ...config }) => ({
    id: imageTokenOf(config),
    patches: 1,
    textOf: (_, { image }) => image.repeat(tokens),
  }),
  tokensOf: ({ tokens }) => tokens,
  patches: ({ tower, tokens }) => tokens + tower.extraTokens,
  formerNames: llavaFormerNames,
});
