// Folders of tiny vision-language models with random weights, a tokenizer, a chat template and an image processor.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createModel } from '../../src/models/load-model.ts';
import { saveModel } from '../../src/models/save.ts';
import { newTokenizer, trainByteLevelBpe } from '../../src/models/text/index.ts';
import { tinyVisionLanguage } from './tiny-vision-language.ts';

export type VlmType = keyof typeof tinyVisionLanguage;

/**
 * Tokens written by a type's template and processor, and their keys in its configuration; the first is the template's.
 */
interface Marks {
  tokens: readonly string[];
  ids: Readonly<Record<string, number>>;
  processor: object;
}

const squares = { size: { height: 4, width: 4 } };
const patches = { patch_size: 2, min_pixels: 16, max_pixels: 128 };

export const marks: Readonly<Partial<Record<VlmType, Marks>>> = {
  qwen2_5_vl: {
    tokens: ['<|image_pad|>'],
    ids: { image_token_id: 0 },
    processor: { image_processor_type: 'Qwen2VLImageProcessor', ...patches, temporal_patch_size: 1 },
  },
  qwen3_vl: {
    tokens: ['<|image_pad|>'],
    ids: { image_token_id: 0 },
    processor: { image_processor_type: 'Qwen2VLImageProcessorFast', ...patches, temporal_patch_size: 1 },
  },
  gemma3: {
    tokens: ['<start_of_image>', '<image_soft_token>', '<end_of_image>'],
    ids: { image_token_id: 1, boi_token_index: 0, eoi_token_index: 2 },
    processor: { image_processor_type: 'Gemma3ImageProcessor', ...squares },
  },
  gemma4: {
    tokens: ['<|image|>', '<|image>', '<image|>'],
    ids: { image_token_id: 0, boi_token_id: 1, eoi_token_id: 2 },
    processor: {
      image_processor_type: 'Gemma4ImageProcessor',
      patch_size: 2,
      pooling_kernel_size: 2,
      max_soft_tokens: 6,
    },
  },
  llava: {
    tokens: ['<image>'],
    ids: { image_token_id: 0 },
    processor: { image_processor_type: 'CLIPImageProcessor', size: { shortest_edge: 4 }, crop_size: squares.size },
  },
  mistral3: {
    tokens: ['[IMG]', '[IMG_BREAK]', '[IMG_END]'],
    ids: { image_token_id: 0 },
    processor: { image_processor_type: 'PixtralImageProcessorFast', size: { longest_edge: 12 }, patch_size: 2 },
  },
  paligemma: {
    tokens: ['<image>'],
    ids: { image_token_id: 0 },
    processor: { image_processor_type: 'SiglipImageProcessor', ...squares },
  },
  lfm2_vl: {
    tokens: [
      '<image>',
      '<|image_start|>',
      '<|image_end|>',
      '<|img_thumbnail|>',
      '<|img_row_1_col_1|>',
      '<|img_row_1_col_2|>',
    ],
    ids: { image_token_id: 0 },
    processor: {
      image_processor_type: 'Lfm2VlImageProcessorFast',
      encoder_patch_size: 2,
      tile_size: 4,
      min_image_tokens: 1,
      max_image_tokens: 4,
      max_tiles: 2,
    },
  },
  internvl: {
    tokens: ['<IMG_CONTEXT>', '<img>', '</img>'],
    ids: { image_token_id: 0 },
    processor: { image_processor_type: 'GotOcr2ImageProcessorFast', ...squares, max_patches: 4 },
  },
};

const TEMPLATE = [
  "<s>{% for message in messages %}{{ message['role'] | capitalize }}:",
  "{% if message['content'] is string %}{{ ' ' + message['content'] }}{% else %}{% for part in message['content'] %}",
  "{% if part['type'] == 'image' %}{{ 'IMAGE' }}{% else %}{{ ' ' + part['text'] }}{% endif %}{% endfor %}{% endif %}",
  "</s>\n{% endfor %}{% if add_generation_prompt %}{{ 'Assistant:' }}{% endif %}",
].join('');

export async function writeVlm(type: VlmType, folder: string, text: string): Promise<void> {
  const { tokens, ids, processor } = marks[type]!;
  const json = await trainByteLevelBpe([text], { vocabSize: 330, specialTokens: ['<s>', '</s>', ...tokens] });
  const tokenizer = await newTokenizer(json, { roles: { bos: '<s>', eos: '</s>' } });
  const raw: Record<string, unknown> = tinyVisionLanguage[type][0];
  const config = {
    ...raw,
    ...Object.fromEntries(Object.entries(ids).map(([key, token]) => [key, tokenizer.idOf(tokens[token])])),
    text_config: {
      ...(raw.text_config as object),
      vocab_size: tokenizer.size,
      vocab_size_per_layer_input: tokenizer.size,
      max_position_embeddings: 256,
    },
  };
  const model = await createModel(config, { task: 'causal-lm', dtype: 'f32', seed: 3 });
  saveModel(model, folder);
  model.dispose();
  tokenizer.save(folder);
  writeFileSync(join(folder, 'preprocessor_config.json'), JSON.stringify(processor));
  writeFileSync(join(folder, 'chat_template.jinja'), TEMPLATE.replace('IMAGE', tokens[0]));
}
