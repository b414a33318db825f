// P patches of all images, V width of the tower, D width of the tokens, k patches along a token's side
import { z } from 'zod';
import { AttuneError } from '../../base/errors.ts';
import { Module, OffsetRMSNorm, Parameter } from '../../engine/nn/index.ts';
import type { Tensor } from '../../engine/tensor/index.ts';
import { parseConfig } from '../raw-config.ts';
import { count } from '../config-keys.ts';
import { groupPatches, togetherAmong } from './patches.ts';
import { defineVisionLanguage, imageTokenKey, imageTokenOf, llavaFormerNames, textModelOf } from './vision-language.ts';
import { patchStates, visionTower, type VisionTower } from './vision-towers.ts';

const schema = z.looseObject({
  ...imageTokenKey(262_144),
  boi_token_index: z.int().min(0).default(255_999),
  eoi_token_index: z.int().min(0).default(256_000),
  mm_tokens_per_image: count.default(256),
  text_config: z
    .looseObject({
      use_bidirectional_attention: z.literal(false, { error: 'only causal attention is supported' }).nullish(),
    })
    .nullish(),
});

/** Averages k × k patches, then normalises and projects. */
class Projector extends Module {
  readonly mm_input_projection_weight: Parameter;
  readonly mm_soft_emb_norm: OffsetRMSNorm;
  readonly #tower: VisionTower;
  readonly #k: number;

  constructor(tower: VisionTower, k: number, width: number) {
    super();
    this.mm_input_projection_weight = new Parameter([tower.width, width]);
    this.mm_soft_emb_norm = new OffsetRMSNorm(tower.width, tower.epsilon);
    this.#tower = tower;
    this.#k = k;
  }

  forward(hidden: Tensor): Tensor {
    const { states, grids } = patchStates(this.#tower, hidden);
    const pooled = groupPatches(states, grids, this.#k).mean(1); // [tokens, V]
    return this.mm_soft_emb_norm.forward(pooled).matmul(this.mm_input_projection_weight.value(hidden.dtype));
  }
}

function notPooled(side: number, tokens: number): AttuneError {
  return new AttuneError('E_CONFIG_BAD', {
    what: "mm_tokens_per_image in config.json does not fit the vision tower's patch grid",
    got: `${tokens} tokens for ${side} × ${side} patches`,
    expected: 'a square number whose root divides the patches along a side',
    fix: 'fetch the model again, or fix its config.json',
  });
}

/** Defaults of keys that `text_config` omits (4B model). */
const usualText = {
  vocab_size: 262_208,
  hidden_size: 2304,
  intermediate_size: 9216,
  num_hidden_layers: 26,
  num_attention_heads: 8,
  num_key_value_heads: 4,
  head_dim: 256,
};

/** A SigLIP tower, pooled, and a Gemma 3 decoder with bidirectional attention within an image (Gemma Team, 2025). */
export const architecture = defineVisionLanguage({
  modelType: 'gemma3',
  className: 'Gemma3ForConditionalGeneration',
  tied: (own = true) => own,
  read(raw) {
    const own = parseConfig(schema, raw);
    const tower = visionTower(raw, { model_type: 'siglip_vision_model' }, ['siglip_vision_model']);
    const [side] = tower.grid!;
    const k = side / Math.sqrt(own.mm_tokens_per_image);
    if (!Number.isInteger(k)) throw notPooled(side, own.mm_tokens_per_image);
    return { ...own, tower, k };
  },
  text(raw) {
    parseConfig(schema, raw);
    const { architecture, raw: own } = textModelOf(raw, 'gemma3_text', ['gemma3_text']);
    // As in transformers, the vision language model does not cap logits.
    return { architecture, raw: { ...usualText, ...own, final_logit_softcapping: null } };
  },
  parts({ tower, k }, decoder) {
    const projector = new Projector(tower, k, decoder.width);
    return {
      tower: tower.build(),
      connector: { name: 'multi_modal_projector', module: projector },
      text: { name: 'language_model', module: decoder },
      reader: { width: tower.width, vectors: (hidden) => projector.forward(hidden), layoutAmong: togetherAmong },
    };
  },
  imageTokens: ({ k, ...config }) => ({
    id: imageTokenOf(config),
    written: config.boi_token_index,
    patches: k ** 2,
    textOf(_, { image, textOf }) {
      const tokens = image.repeat(config.mm_tokens_per_image);
      return `\n\n${textOf(config.boi_token_index)}${tokens}${textOf(config.eoi_token_index)}\n\n`;
    },
  }),
  tokensOf: ({ mm_tokens_per_image: tokens }) => tokens,
  patches: ({ tower }) => tower.grid![0] * tower.grid![1],
  formerNames: llavaFormerNames,
});
