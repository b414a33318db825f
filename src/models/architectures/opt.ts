import { z } from 'zod';
import { Dropout, Embedding, LayerNorm, Linear } from '../../engine/nn/index.ts';
import type { Architecture } from '../architecture.ts';
import { parseConfig } from '../raw-config.ts';
import { activation, count, probability } from '../config-keys.ts';
import { decoderHeads } from '../decoder/define.ts';
import { PlainAttention, separateProjections } from '../decoder/plain-attention.ts';
import { PlainDecoder, PlainFeedForward, PlainLayer } from '../decoder/plain.ts';

/** HF OPTConfig keys that affect the computation. */
const schema = z
  .looseObject({
    vocab_size: count.default(50272),
    hidden_size: count.default(768),
    num_hidden_layers: count.default(12),
    ffn_dim: count.default(3072),
    max_position_embeddings: count.default(2048),
    do_layer_norm_before: z.boolean().default(true),
    _remove_final_layer_norm: z.boolean().default(false),
    word_embed_proj_dim: count.nullish(),
    dropout: probability.default(0.1),
    attention_dropout: probability.default(0),
    num_attention_heads: count.default(12),
    activation_function: activation.default('relu'),
    enable_bias: z.boolean().default(true),
    layer_norm_elementwise_affine: z.literal(true, { error: 'only norms with weights are supported' }).default(true),
    tie_word_embeddings: z.boolean().default(true),
  })
  .refine(({ hidden_size: width, num_attention_heads: heads }) => width % heads === 0, {
    path: ['num_attention_heads'],
    error: 'must divide hidden_size',
  });

type OptConfig = z.output<typeof schema>;

/** The position table starts with rows that belong to no token. */
const OFFSET = 2;
const EPSILON = 1e-5;

/** Decoder with learned positions; post-norm in one of its sizes (Zhang et al., "OPT", 2022). */
export const architecture: Architecture = {
  modelType: 'opt',
  prefix: 'model.decoder',
  build: (raw) => trunkOf(parseConfig(schema, raw)),
  heads(raw) {
    const { tie_word_embeddings: tied } = parseConfig(schema, raw);
    const { token: _, ...heads } = decoderHeads(
      { causal: 'OPTForCausalLM', sequence: 'OPTForSequenceClassification' },
      { causal: { name: 'lm_head', tied }, token: {} },
    );
    return heads;
  },
  limits(raw) {
    const config = parseConfig(schema, raw);
    return { vocabularySize: config.vocab_size, maxPositions: config.max_position_embeddings };
  },
};

function trunkOf(config: OptConfig): PlainDecoder {
  const { hidden_size: width, word_embed_proj_dim: words = null, do_layer_norm_before: before } = config;
  const narrow = words ?? width;
  const hasFinal = before && !config._remove_final_layer_norm;
  return new PlainDecoder({
    tokens: { name: 'embed_tokens', module: new Embedding(config.vocab_size, narrow) },
    positions: {
      name: 'embed_positions',
      module: new Embedding(config.max_position_embeddings + OFFSET, width),
      offset: OFFSET,
    },
    projections:
      narrow === width
        ? undefined
        : {
            in: { name: 'project_in', module: new Linear(narrow, width) },
            out: { name: 'project_out', module: new Linear(width, narrow) },
          },
    layers: {
      name: 'layers',
      list: Array.from({ length: config.num_hidden_layers }, (_, layer) => layerOf(config, layer)),
    },
    finalNorm: hasFinal ? { name: 'final_layer_norm', module: new LayerNorm(width, EPSILON) } : undefined,
  });
}

function layerOf(config: OptConfig, layer: number): PlainLayer {
  const { hidden_size: width, ffn_dim: inner, num_attention_heads: heads, enable_bias: bias, dropout: p } = config;
  const linear = (from: number, to: number) => new Linear(from, to, { bias });
  const attention = new PlainAttention({
    projections: separateProjections([linear(width, width), linear(width, width), linear(width, width)], width / heads),
    output: { name: 'out_proj', module: linear(width, width) },
    layer,
    dropout: new Dropout(config.attention_dropout, `layers.${layer}.self_attn`),
  });
  const feedForward = new PlainFeedForward(
    [
      { name: 'fc1', module: linear(width, inner) },
      { name: 'fc2', module: linear(inner, width) },
    ],
    config.activation_function,
  );
  return new PlainLayer({
    attentionNorm: { name: 'self_attn_layer_norm', module: new LayerNorm(width, EPSILON) },
    attention: { name: 'self_attn', module: attention },
    feedForwardNorm: { name: 'final_layer_norm', module: new LayerNorm(width, EPSILON) },
    feedForward: { module: feedForward },
    arrangement: config.do_layer_norm_before ? 'before' : 'after',
    dropouts: {
      attention: new Dropout(p, `layers.${layer}.post_attention`),
      feedForward: new Dropout(p, `layers.${layer}.post_mlp`),
    },
  });
}
