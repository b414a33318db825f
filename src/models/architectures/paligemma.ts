import { z } from 'zod';
import { AttuneError } from '../../base/errors.ts';
import { Linear, Module } from '../../engine/nn/index.ts';
import type { Tensor } from '../../engine/tensor/index.ts';
import { parseConfig } from '../raw-config.ts';
import { count } from '../config-keys.ts';
import { promptsTogether } from './patches.ts';
import { defineVisionLanguage, imageTokenKey, imageTokenOf, llavaFormerNames, textModelOf } from './vision-language.ts';
import { visionTower } from './vision-towers.ts';

const schema = z.looseObject({ ...imageTokenKey(256_000), projection_dim: count.default(2048) });

/** Default configurations of the parts. */
const usual = {
  vision: {
    model_type: 'siglip_vision_model',
    hidden_size: 1152,
    intermediate_size: 4096,
    patch_size: 14,
    num_hidden_layers: 27,
    num_attention_heads: 16,
    vision_use_head: false,
  },
  text: {
    hidden_size: 2048,
    num_hidden_layers: 18,
    intermediate_size: 16_384,
    num_attention_heads: 8,
    num_key_value_heads: 1,
  },
};

class LinearProjector extends Module {
  readonly linear: Linear;

  constructor(from: number, to: number) {
    super();
    this.linear = new Linear(from, to, { bias: true });
  }

  forward(hidden: Tensor): Tensor {
    return this.linear.forward(hidden);
  }
}

function otherWidth(got: number, wanted: number): AttuneError {
  return new AttuneError('E_CONFIG_BAD', {
    what: 'The image vectors in this config.json are not as wide as the token embeddings',
    got: `projection_dim ${got}`,
    expected: `${wanted} (hidden_size in text_config)`,
    fix: 'fetch the model again, or fix its config.json',
  });
}

/** SigLIP tower and Gemma decoder with bidirectional attention within prompts (Beyer et al., 2024). */
export const architecture = defineVisionLanguage({
  modelType: 'paligemma',
  className: 'PaliGemmaForConditionalGeneration',
  tied: (own = true) => own,
  read(raw) {
    const tower = visionTower(raw, usual.vision, ['siglip_vision_model']);
    return { ...parseConfig(schema, raw), tower, tokens: tower.grid![0] * tower.grid![1] };
  },
  text(raw) {
    const { vocab_size = 257_152, text_config: given = { ...usual.text, vocab_size } } = raw;
    const { architecture, raw: own } = textModelOf({ ...raw, text_config: given }, 'gemma', ['gemma', 'gemma2']);
    // As in the reference, prompts are always bidirectional and logits have no soft cap (PaliGemma 2).
    const { use_bidirectional_attention: _, ...text } = own;
    return { architecture, raw: { ...text, final_logit_softcapping: null } };
  },
  parts({ tower, projection_dim: width }, decoder) {
    if (width !== decoder.width) throw otherWidth(width, decoder.width);
    const projector = new LinearProjector(tower.width, width);
    return {
      tower: tower.build(),
      connector: { name: 'multi_modal_projector', module: projector },
      text: { name: 'language_model', module: decoder },
      reader: {
        width: tower.width,
        vectors: (hidden) => projector.forward(hidden),
        layoutAmong: promptsTogether,
        seesPrompt: true,
      },
    };
  },
  imageTokens: ({ tokens, ...config }) => ({
    id: imageTokenOf(config),
    patches: 1,
    textOf: (_, { image }) => image.repeat(tokens),
  }),
  tokensOf: ({ tokens }) => tokens,
  patches: ({ tokens }) => tokens,
  formerNames: llavaFormerNames,
});
