// V width of the tower, D width of the tokens, k patches along a token's side
import { z } from 'zod';
import { Linear, Module, plainRmsNorm } from '../../engine/nn/index.ts';
import type { Tensor } from '../../engine/tensor/index.ts';
import { parseConfig, type RawConfig } from '../raw-config.ts';
import { Gemma4Vision, gemma4Vision, type VisionConfig } from './gemma4-vision.ts';
import { togetherAmong } from './patches.ts';
import { defineVisionLanguage, textModelOf } from './vision-language.ts';

const schema = z.looseObject({
  image_token_id: z.int().min(0).default(258_880),
  boi_token_id: z.int().min(0).default(255_999),
  eoi_token_id: z.int().min(0).default(258_882),
  vision_config: gemma4Vision,
});

class Embedder extends Module {
  readonly embedding_projection: Linear;
  readonly #epsilon: number;

  constructor({ hidden_size: from, rms_norm_eps: epsilon }: VisionConfig, to: number) {
    super();
    this.embedding_projection = new Linear(from, to);
    this.#epsilon = epsilon;
  }

  forward(x: Tensor): Tensor {
    return this.embedding_projection.forward(plainRmsNorm(x, this.#epsilon));
  }
}

/** Whether attention is bidirectional within an image, in layers with a window. */
function seesWhole({ text_config: text }: RawConfig): boolean {
  return (text as RawConfig | undefined)?.use_bidirectional_attention === 'vision';
}

/** A pooled vision tower for images of any size, and a Gemma 4 decoder (Gemma Team, 2026). */
export const architecture = defineVisionLanguage({
  modelType: 'gemma4',
  className: 'Gemma4ForConditionalGeneration',
  tied: (own = true) => own,
  read: (raw) => ({ ...parseConfig(schema, raw), isWhole: seesWhole(raw) }),
  text: (raw) => textModelOf(raw, 'gemma4_text', ['gemma4_text']),
  parts({ vision_config: config, isWhole }, decoder) {
    const [tower, embedder] = [new Gemma4Vision(config), new Embedder(config, decoder.width)];
    const { pooling_kernel_size: k } = config;
    return {
      tower: { name: 'vision_tower', module: tower },
      connector: { name: 'embed_vision', module: embedder },
      text: { name: 'language_model', module: decoder },
      reader: {
        width: config.hidden_size,
        vectors: (hidden, { grids = [] }) => embedder.forward(tower.pooled(hidden, grids)),
        tokensOf: ([rows, columns]) => (rows * columns) / k ** 2,
        ...(isWhole && { layoutAmong: (layout, images) => togetherAmong(layout, images, { inWindows: true }) }),
      },
    };
  },
  imageTokens: ({ vision_config: { pooling_kernel_size: k }, ...config }) => ({
    id: config.image_token_id,
    patches: k ** 2,
    textOf({ shape: [patches] }, { image, textOf }) {
      return `${textOf(config.boi_token_id)}${image.repeat(patches / k ** 2)}${textOf(config.eoi_token_id)}`;
    },
  }),
  tokensOf: ({ vision_config: { pooling_kernel_size: k } }, [patches]) => patches / k ** 2,
  patches: ({ vision_config: { pooling_kernel_size: k } }) => 1120 * k ** 2,
  passedOver: [/^(model\.)?(audio_tower|embed_audio)\./],
});
