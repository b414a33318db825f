import { z } from 'zod';
import { count } from '../config-keys.ts';
import { bertSchema } from '../encoder/config.ts';
import { defineEncoder, normedTransform, twoLayerClassifier } from '../encoder/define.ts';
import { bertDropouts, bertNames } from '../encoder/encoder.ts';
import { RelativeBias } from './relative-bias.ts';

/** Encoder with learned positions and a relative bias shared by all layers (Song et al., 2020). */
export const architecture = defineEncoder({
  modelType: 'mpnet',
  className: 'MPNet',
  // Differences of HF MPNetConfig from BertConfig.
  schema: bertSchema
    .extend({
      vocab_size: count.default(30527),
      relative_attention_num_buckets: z.int().min(4).default(32),
      pad_token_id: z.int().nonnegative().default(1),
    })
    .transform((config) => ({ ...config, type_vocab_size: 0 })),
  firstPosition: (config) => config.pad_token_id + 1,
  traits(config) {
    const bias = new RelativeBias({
      buckets: config.relative_attention_num_buckets,
      heads: config.num_attention_heads,
      farthest: 128, // not configurable in MPNetConfig
      isDecoder: false,
      deviation: 0.02,
    });
    const names = {
      ...bertNames,
      query: 'attention.attn.q',
      key: 'attention.attn.k',
      value: 'attention.attn.v',
      attended: 'attention.attn.o',
      attentionNorm: 'attention.LayerNorm',
    };
    return {
      parts: { 'encoder.relative_attention_bias': bias },
      layer: () => ({ names, dropouts: bertDropouts(config, 'attention.attn'), attention: { bias } }),
      pooler: { isRead: false },
    };
  },
  heads: (config) => ({
    masked: {
      // Regardless of hidden_act.
      transform: normedTransform(config, { dense: 'lm_head.dense', norm: 'lm_head.layer_norm', activation: 'gelu' }),
      decoder: 'lm_head.decoder',
      bias: 'lm_head.bias',
    },
    sequence: twoLayerClassifier('tanh'),
    dropout: config.hidden_dropout_prob,
  }),
});
