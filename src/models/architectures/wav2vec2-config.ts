import { z } from 'zod';
import { activation, count, probability } from '../config-keys.ts';

const spans = z.int().nonnegative();

/** HF Wav2Vec2Config keys that affect the computation, with its defaults. */
export const wav2vec2Schema = z
  .looseObject({
    vocab_size: count.default(32),
    pad_token_id: z.int().nonnegative().default(0),
    hidden_size: count.default(768),
    num_hidden_layers: count.default(12),
    num_attention_heads: count.default(12),
    intermediate_size: count.default(3072),
    hidden_act: activation.default('gelu'),
    hidden_dropout: probability.default(0.1),
    activation_dropout: probability.default(0.1),
    attention_dropout: probability.default(0.1),
    // Hubert only.
    feat_proj_layer_norm: z.boolean().default(true),
    feat_proj_dropout: probability.default(0),
    final_dropout: probability.default(0.1),
    layerdrop: probability.default(0.1),
    layer_norm_eps: z.number().default(1e-5),
    feat_extract_norm: z.enum(['group', 'layer']).default('group'),
    feat_extract_activation: activation.default('gelu'),
    conv_dim: z.array(count).default([512, 512, 512, 512, 512, 512, 512]),
    conv_stride: z.array(count).default([5, 2, 2, 2, 2, 2, 2]),
    conv_kernel: z.array(count).default([10, 3, 3, 3, 3, 2, 2]),
    conv_bias: z.boolean().default(false),
    num_conv_pos_embeddings: count.default(128),
    num_conv_pos_embedding_groups: count.default(16),
    do_stable_layer_norm: z.boolean().default(false),
    apply_spec_augment: z.boolean().default(true),
    mask_time_prob: probability.default(0.05),
    mask_time_length: count.default(10),
    mask_time_min_masks: spans.default(2),
    mask_feature_prob: probability.default(0),
    mask_feature_length: count.default(10),
    mask_feature_min_masks: spans.default(0),
    ctc_loss_reduction: z.enum(['sum', 'mean']).default('sum'),
    ctc_zero_infinity: z.boolean().default(false),
    classifier_proj_size: count.default(256),
    adapter_attn_dim: count.nullish(),
    add_adapter: z
      .literal(false, { error: 'convolutions after the encoder (add_adapter) are not supported' })
      .default(false),
    conv_pos_batch_norm: z
      .literal(false, { error: 'a batch norm before the positional convolution is not supported' })
      .default(false),
  })
  .refine(
    ({ conv_dim, conv_stride, conv_kernel }) =>
      [conv_stride, conv_kernel].every(({ length }) => length === conv_dim.length),
    {
      path: ['conv_dim'],
      error: 'conv_dim, conv_stride and conv_kernel must have the same length',
    },
  )
  .refine((config) => config.hidden_size % config.num_conv_pos_embedding_groups === 0, {
    path: ['num_conv_pos_embedding_groups'],
    error: 'must divide hidden_size',
  })
  .refine((config) => config.pad_token_id < config.vocab_size, {
    path: ['pad_token_id'],
    error: 'is not a token: it exceeds vocab_size',
  });

/** Further key of audio classifiers; heads for other tasks always read the last layer. */
export const unweightedSchema = z.looseObject({
  use_weighted_layer_sum: z
    .literal(false, { error: 'weighted sums of layers (use_weighted_layer_sum) are not supported' })
    .default(false),
});

export type Wav2Vec2Config = z.output<typeof wav2vec2Schema>;
