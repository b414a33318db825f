// Configurations of tiny models that read images among texts.
import { decoder } from './tiny-decoders.ts';

const text = { ...decoder, model_type: 'llama', attention_dropout: 0.2 };

const tower = { hidden_size: 12, intermediate_size: 10, num_hidden_layers: 2, num_attention_heads: 2 };

const common = { initializer_range: 0.4, image_token_id: 5 };

/** Squares of four patches, which make one token. */
function idefics(model_type: string) {
  return {
    ...common,
    model_type,
    scale_factor: 2,
    text_config: text,
    vision_config: { ...tower, image_size: 4, patch_size: 2, attention_dropout: 0.2 },
  };
}

const qwenTower = {
  depth: 2,
  hidden_size: 16,
  intermediate_size: 10,
  num_heads: 2,
  patch_size: 2,
  spatial_merge_size: 2,
  temporal_patch_size: 1,
  out_hidden_size: 8,
};

function qwen(model_type: string, mrope: object, vision: object) {
  const rope_parameters = { rope_type: 'default', rope_theta: 100, ...mrope };
  return {
    ...common,
    model_type,
    text_config: { ...text, model_type: `${model_type}_text`, rope_parameters },
    vision_config: { ...qwenTower, ...vision },
  };
}

export const tinyVisionLanguage = {
  idefics3: [idefics('idefics3'), { ...idefics('idefics3'), tie_word_embeddings: true }],
  smolvlm: [idefics('smolvlm')],
  qwen2_5_vl: [qwen('qwen2_5_vl', { mrope_section: [1, 0, 1] }, { window_size: 4, fullatt_block_indexes: [1] })],
  qwen3_vl: [
    qwen(
      'qwen3_vl',
      { mrope_interleaved: true, mrope_section: [1, 1, 0] },
      { num_position_embeddings: 9, deepstack_visual_indexes: [0], hidden_act: 'gelu_pytorch_tanh' },
    ),
  ],
};
