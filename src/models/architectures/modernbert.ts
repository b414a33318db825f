import { z } from 'zod';
import { Rope } from '../../engine/nn/index.ts';
import { activation, count, probability } from '../config-keys.ts';
import { DECIDES } from '../architecture.ts';
import { defineEncoder } from '../encoder/define.ts';
import type { EncoderTraits } from '../encoder/encoder.ts';
import type { LayerNames } from '../encoder/layer.ts';
import { layaSchema } from '../heads/laya.ts';
import type { TransformPlan } from '../heads/transform.ts';

const layerType = z.enum(['full_attention', 'sliding_attention']);
const ropeSchema = z.looseObject({
  rope_theta: z.number().positive().optional(),
  rope_type: z.literal('default', { error: 'only unscaled rotary positions are supported' }).optional(),
});

/** HF ModernBertConfig keys that affect the computation. */
export const schema = z
  .looseObject({
    vocab_size: count.default(50368),
    hidden_size: count.default(768),
    intermediate_size: count.default(1152),
    num_hidden_layers: count.default(22),
    num_attention_heads: count.default(12),
    hidden_activation: activation.default('gelu'),
    max_position_embeddings: count.default(8192),
    norm_eps: z.number().default(1e-5),
    norm_bias: z.boolean().default(false),
    global_rope_theta: z.number().positive().default(160_000),
    local_rope_theta: z.number().positive().nullable().default(10_000),
    rope_parameters: z.partialRecord(layerType, ropeSchema).nullish(),
    attention_bias: z.boolean().default(false),
    attention_dropout: probability.default(0),
    global_attn_every_n_layers: count.default(3),
    layer_types: z.array(layerType).nullish(),
    local_attention: count.default(128),
    embedding_dropout: probability.default(0),
    mlp_bias: z.boolean().default(false),
    mlp_dropout: probability.default(0),
    decoder_bias: z.boolean().default(true),
    classifier_pooling: z.enum(['cls', 'mean']).default('cls'),
    classifier_dropout: probability.default(0),
    classifier_bias: z.boolean().default(false),
    classifier_activation: activation.default('gelu'),
    tie_word_embeddings: z.boolean().default(true),
    /** Our key for the head of a Laya model. */
    laya: layaSchema.optional(),
  })
  .refine((config) => config.layer_types == null || config.layer_types.length === config.num_hidden_layers, {
    error: 'must have num_hidden_layers entries',
    path: ['layer_types'],
  })
  .transform((config) => ({
    ...config,
    hidden_act: config.hidden_activation,
    type_vocab_size: 0,
    layer_norm_eps: config.norm_eps,
    hidden_dropout_prob: config.embedding_dropout,
    attention_probs_dropout_prob: config.attention_dropout,
  }));

export type ModernBertConfig = z.output<typeof schema>;

/** Attention of a layer, full or local, with its own rotary positions. */
interface View {
  rope: Rope;
  window?: number;
}

/** The two kinds of attention, by their names in `layer_types`. */
function viewsOf(config: ModernBertConfig, isCausal: boolean): Record<z.output<typeof layerType>, View> {
  const headSize = config.hidden_size / config.num_attention_heads;
  const { rope_parameters: ropes, global_rope_theta: wide } = config;
  const near = config.local_rope_theta ?? wide;
  const ropeOf = (theta: number) => {
    const scaling = { rope_type: 'default' };
    return new Rope({ size: headSize, theta, scaling, maxPositions: config.max_position_embeddings });
  };
  return {
    full_attention: { rope: ropeOf(ropes?.full_attention?.rope_theta ?? wide) },
    sliding_attention: {
      rope: ropeOf(ropes?.sliding_attention?.rope_theta ?? near),
      // `local_attention` counts both sides; a decoder's half includes the token itself.
      window: Math.floor(config.local_attention / 2) + (isCausal ? 0 : 1),
    },
  };
}

const names: LayerNames = {
  attentionNorm: 'attn_norm',
  qkv: 'attn.Wqkv',
  attended: 'attn.Wo',
  norm: 'mlp_norm',
  inner: 'mlp.Wi',
  outer: 'mlp.Wo',
};

/** Differences from BERT, for the encoder and for the decoder with the same layers. */
export function modernTraits(config: ModernBertConfig, layerNames: LayerNames, isCausal: boolean): EncoderTraits {
  const { attention_dropout: dropout, norm_bias: norms, layer_types: types } = config;
  const views = viewsOf(config, isCausal);
  const typeOf = (layer: number) =>
    types?.[layer] ?? (layer % config.global_attn_every_n_layers === 0 ? 'full_attention' : 'sliding_attention');
  const { attentionNorm: _norm, ...firstNames } = layerNames;
  return {
    names: { words: 'embeddings.tok_embeddings', norm: 'embeddings.norm' },
    positions: null,
    layers: 'layers',
    layer: (index) => ({
      // The embedding already ends in a norm.
      names: index === 0 ? firstNames : layerNames,
      norms: 'before',
      isGated: true,
      biases: { attention: config.attention_bias, feedForward: config.mlp_bias, norms },
      dropouts: {
        probabilities: [dropout, 'attn'],
        attended: [dropout, 'attn.Wo'],
        inner: [config.mlp_dropout, 'mlp'],
      },
      attention: { ...views[typeOf(index)], causal: isCausal, index },
    }),
    finalNorm: 'final_norm',
    normBias: norms,
  };
}

/** Dense layer, activation and norm before a classifier, by their name in checkpoints. */
export function modernTransform(config: ModernBertConfig, name: string): TransformPlan {
  return {
    dense: `${name}.dense`,
    bias: config.classifier_bias,
    activation: config.classifier_activation,
    norm: { name: `${name}.norm`, epsilon: config.norm_eps, bias: config.norm_bias },
  };
}

/** Encoder with rotary positions, mostly with local attention (Warner et al., 2024). */
export const architecture = defineEncoder({
  modelType: 'modernbert',
  prefix: 'model',
  className: 'ModernBert',
  schema,
  traits: (config) => modernTraits(config, names, false),
  heads(config) {
    const transform = modernTransform(config, 'head');
    const { classifier_dropout: dropout } = config;
    return {
      masked: { transform, decoder: 'decoder', bias: config.decoder_bias ? 'decoder.bias' : undefined },
      sequence: { pool: config.classifier_pooling === 'mean' ? 'mean' : 'first', transform },
      token: { transform },
      question: { name: 'classifier', transform, dropout },
      dropout,
      ...(config.laya && {
        more: { decision: { head: 'laya', className: `ModernBert${DECIDES}`, options: config.laya } },
      }),
    };
  },
});
