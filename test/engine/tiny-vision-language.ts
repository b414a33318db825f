// Configurations of tiny models that read images among texts.
import { decoder } from './tiny-decoders.ts';

const text = { ...decoder, model_type: 'llama', attention_dropout: 0.2 };

const tower = { hidden_size: 12, intermediate_size: 10, num_hidden_layers: 2, num_attention_heads: 2 };

const common = { initializer_range: 0.4, image_token_id: 5 };

/** Squares of four patches, which give one token. */
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

const square = { ...tower, image_size: 4, patch_size: 2, attention_dropout: 0.2 };

export const tinyVisionLanguage = {
  gemma3: [
    {
      ...common,
      model_type: 'gemma3',
      boi_token_index: 6,
      eoi_token_index: 7,
      mm_tokens_per_image: 1,
      text_config: {
        ...text,
        model_type: 'gemma3_text',
        sliding_window: 3,
        layer_types: ['sliding_attention', 'full_attention'],
      },
      vision_config: { ...square, vision_use_head: false },
    },
  ],
  gemma4: [null, 'vision'].map((use_bidirectional_attention, i) => ({
    ...common,
    model_type: 'gemma4',
    boi_token_id: 6,
    eoi_token_id: 7,
    text_config: {
      ...text,
      model_type: 'gemma4_text',
      sliding_window: 3,
      layer_types: ['sliding_attention', 'full_attention'],
      global_head_dim: 4,
      hidden_size_per_layer_input: i === 0 ? 4 : 0,
      vocab_size_per_layer_input: 17,
      use_bidirectional_attention,
    },
    vision_config: {
      ...tower,
      num_key_value_heads: 1,
      head_dim: 8,
      patch_size: 2,
      pooling_kernel_size: 2,
      position_embedding_size: 16,
      attention_dropout: 0.2,
      use_clipped_linears: i === 0,
      standardize: i === 1,
    },
  })),
  llava: [
    {
      ...common,
      model_type: 'llava',
      text_config: text,
      vision_config: { ...square, model_type: 'clip_vision_model', patch_size: 4 },
    },
    {
      ...common,
      model_type: 'llava',
      vision_feature_layer: -1,
      text_config: { ...text, model_type: 'qwen2' },
      vision_config: { ...square, model_type: 'siglip_vision_model', patch_size: 4, vision_use_head: false },
    },
  ],
  mistral3: [
    {
      ...common,
      model_type: 'mistral3',
      // Inputs are sums over all values of four patches.
      initializer_range: 0.25,
      spatial_merge_size: 2,
      text_config: { ...text, model_type: 'mistral', sliding_window: null },
      vision_config: { ...tower, hidden_size: 16, image_size: 32, patch_size: 2, attention_dropout: 0.2 },
    },
  ],
  paligemma: [
    {
      ...common,
      model_type: 'paligemma',
      projection_dim: text.hidden_size,
      text_config: { ...text, model_type: 'gemma' },
      vision_config: { ...square, patch_size: 4, vision_use_head: false },
    },
    {
      ...common,
      model_type: 'paligemma',
      projection_dim: text.hidden_size,
      text_config: { ...text, model_type: 'gemma2', sliding_window: 2, query_pre_attn_scalar: 4 },
      vision_config: { ...square, patch_size: 4, vision_use_head: false },
    },
  ],
  lfm2_vl: [true, false].map((projector_use_layernorm) => ({
    ...common,
    model_type: 'lfm2_vl',
    projector_hidden_size: 10,
    projector_use_layernorm,
    text_config: { ...text, model_type: 'lfm2', layer_types: ['conv', 'full_attention'], block_multiple_of: 4 },
    vision_config: { ...tower, patch_size: 2, num_patches: 9, attention_dropout: 0.2, vision_use_head: false },
  })),
  internvl: [
    {
      ...common,
      model_type: 'internvl',
      text_config: { ...text, model_type: 'qwen2' },
      vision_config: { ...square, use_qk_norm: true, hidden_dropout_prob: 0.2, projection_dropout: 0.2 },
    },
    {
      ...common,
      model_type: 'internvl',
      tie_word_embeddings: false,
      text_config: text,
      vision_config: { ...square, norm_type: 'rms_norm', use_mean_pooling: false, attention_bias: true },
    },
  ],
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
