// A folder with a tiny SmolVLM with random weights, a tokenizer, a chat template and an image processor.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { newTokenizer, trainByteLevelBpe } from '../../src/models/text/index.ts';
import { safetensors } from './cli-tiny-model.ts';

const [HIDDEN, INNER, VISION, LAYERS, HEADS] = [32, 64, 24, 1, 2];
/** Image side and patch side in pixels: an image has four patches, which give one token. */
const [SIDE, PATCH] = [16, 8];
const MARKS = ['<image>', '<fake_token_around_image>', '<global-img>'];
const PLACES = [1, 2].flatMap((row) => [1, 2].map((column) => `<row_${row}_col_${column}>`));

/** A template with the constructions of the published one: content is always in parts. */
const TEMPLATE = [
  "<|im_start|>{% for message in messages %}{{ message['role'] | capitalize }}",
  "{% if message['content'][0]['type'] == 'image' %}{{ ':' }}{% else %}{{ ': ' }}{% endif %}",
  "{% for line in message['content'] %}{% if line['type'] == 'text' %}{{ line['text'] }}",
  "{% elif line['type'] == 'image' %}{{ '<image>' }}{% endif %}{% endfor %}<end_of_utterance>\n",
  "{% endfor %}{% if add_generation_prompt %}{{ 'Assistant:' }}{% endif %}",
].join('');

/** `longest`: longest edge of resized images; above 16 pixels, images are cut into squares. */
export async function writeTinyVlm(folder: string, text: string, longest = SIDE): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const specialTokens = ['<|im_start|>', '<end_of_utterance>', ...MARKS, ...PLACES];
  const json = await trainByteLevelBpe([text], { vocabSize: 330, specialTokens });
  const tokenizer = await newTokenizer(json, { roles: { bos: '<|im_start|>', eos: '<end_of_utterance>' } });
  tokenizer.save(folder);
  const text_config = {
    model_type: 'llama',
    hidden_size: HIDDEN,
    intermediate_size: INNER,
    num_hidden_layers: LAYERS,
    num_attention_heads: HEADS,
    num_key_value_heads: HEADS,
    vocab_size: tokenizer.size,
    max_position_embeddings: 256,
    rms_norm_eps: 1e-5,
  };
  const vision_config = {
    hidden_size: VISION,
    intermediate_size: 2 * VISION,
    num_hidden_layers: LAYERS,
    num_attention_heads: HEADS,
    image_size: SIDE,
    patch_size: PATCH,
  };
  const config = {
    architectures: ['SmolVLMForConditionalGeneration'],
    model_type: 'smolvlm',
    image_token_id: tokenizer.idOf('<image>'),
    scale_factor: 2,
    tie_word_embeddings: false,
    torch_dtype: 'float32',
    text_config,
    vision_config,
  };
  const processor = {
    image_processor_type: 'SmolVLMImageProcessor',
    size: { longest_edge: longest },
    max_image_size: { longest_edge: SIDE },
  };
  const files = { 'config.json': config, 'preprocessor_config.json': processor };
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), JSON.stringify(content));
  writeFileSync(join(folder, 'chat_template.jinja'), TEMPLATE);
  writeFileSync(join(folder, 'model.safetensors'), safetensors(tensorShapes(tokenizer.size)));
}

function tensorShapes(vocabulary: number): Record<string, number[]> {
  const vision = 'model.vision_model';
  const shapes: Record<string, number[]> = {
    [`${vision}.embeddings.patch_embedding.weight`]: [VISION, 3, PATCH, PATCH],
    [`${vision}.embeddings.patch_embedding.bias`]: [VISION],
    [`${vision}.embeddings.position_embedding.weight`]: [(SIDE / PATCH) ** 2, VISION],
    'model.connector.modality_projection.proj.weight': [HIDDEN, 4 * VISION],
    'model.text_model.embed_tokens.weight': [vocabulary, HIDDEN],
    'model.text_model.norm.weight': [HIDDEN],
    'lm_head.weight': [vocabulary, HIDDEN],
  };
  const normed = (name: string) => {
    shapes[`${name}.weight`] = [VISION];
    shapes[`${name}.bias`] = [VISION];
  };
  normed(`${vision}.post_layernorm`);
  for (let layer = 0; layer < LAYERS; layer++) {
    const seen = `${vision}.encoder.layers.${layer}`;
    for (const name of ['layer_norm1', 'layer_norm2']) normed(`${seen}.${name}`);
    const linear = { 'self_attn.q_proj': [VISION, VISION], 'self_attn.k_proj': [VISION, VISION] };
    const others = { 'self_attn.v_proj': [VISION, VISION], 'self_attn.out_proj': [VISION, VISION] };
    const fed = { 'mlp.fc1': [2 * VISION, VISION], 'mlp.fc2': [VISION, 2 * VISION] };
    for (const [name, shape] of Object.entries({ ...linear, ...others, ...fed })) {
      shapes[`${seen}.${name}.weight`] = shape;
      shapes[`${seen}.${name}.bias`] = [shape[0]];
    }
    const prefix = `model.text_model.layers.${layer}`;
    for (const name of ['q', 'k', 'v', 'o']) shapes[`${prefix}.self_attn.${name}_proj.weight`] = [HIDDEN, HIDDEN];
    for (const name of ['gate', 'up']) shapes[`${prefix}.mlp.${name}_proj.weight`] = [INNER, HIDDEN];
    shapes[`${prefix}.mlp.down_proj.weight`] = [HIDDEN, INNER];
    for (const name of ['input', 'post_attention']) shapes[`${prefix}.${name}_layernorm.weight`] = [HIDDEN];
  }
  return shapes;
}
