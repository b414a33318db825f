import { z } from 'zod';
import { Dropout, Embedding, LayerNorm, Linear, Rope, type DistanceBias } from '../../engine/nn/index.ts';
import type { Architecture } from '../architecture.ts';
import { parseConfig, type RawConfig } from '../raw-config.ts';
import { activation, count, probability } from '../config-keys.ts';
import { decoderClasses, decoderHeads, tokenDropout } from '../decoder/define.ts';
import { groupedProjections, LinearBias, PlainAttention } from '../decoder/plain-attention.ts';
import { PlainDecoder, PlainFeedForward, PlainLayer } from '../decoder/plain.ts';
import { ropeKeys, ropeOptions, stretchedPositions } from '../decoder/rope-settings.ts';

/** HF FalconConfig keys that affect the computation. */
const schema = z
  .looseObject({
    vocab_size: count.default(65024),
    hidden_size: count.default(4544),
    num_hidden_layers: count.default(32),
    num_attention_heads: count.default(71),
    num_kv_heads: count.nullish(),
    num_ln_in_parallel_attn: z.union([z.literal(1), z.literal(2)]).nullish(),
    layer_norm_epsilon: z.number().default(1e-5),
    hidden_dropout: probability.default(0),
    attention_dropout: probability.default(0),
    alibi: z.boolean().default(false),
    new_decoder_architecture: z.boolean().default(false),
    multi_query: z.boolean().default(true),
    parallel_attn: z.boolean().default(true),
    bias: z.boolean().default(false),
    ...ropeKeys,
    ffn_hidden_size: count.nullish(),
    activation: activation.default('gelu'),
    tie_word_embeddings: z.boolean().default(true),
  })
  .refine(({ hidden_size: width, num_attention_heads: heads }) => width % heads === 0, {
    path: ['num_attention_heads'],
    error: 'must divide hidden_size',
  });

type FalconConfig = z.output<typeof schema>;

/** Old checkpoints use `n_head` and `n_layer`. */
function configOf(raw: RawConfig): FalconConfig {
  return parseConfig(schema, {
    ...raw,
    num_hidden_layers: raw.num_hidden_layers ?? raw.n_layer,
    num_attention_heads: raw.num_attention_heads ?? raw.n_head,
    num_kv_heads: raw.num_kv_heads ?? raw.n_head_kv,
  });
}

function ropeOf(config: FalconConfig) {
  return ropeOptions(config, config.hidden_size / config.num_attention_heads);
}

/** Multi-query attention, in parallel with the feed-forward sublayer (Almazrouei et al., 2023). */
export const architecture: Architecture = {
  modelType: 'falcon',
  prefix: 'transformer',
  build(raw) {
    const config = configOf(raw);
    const { hidden_size: width, num_attention_heads: heads } = config;
    const rope = config.alibi ? undefined : new Rope(ropeOf(config));
    // Falcon divides the bias by √d, together with the scores.
    const bias = config.alibi ? new LinearBias(heads, Math.sqrt(heads / width)) : undefined;
    const layers = Array.from({ length: config.num_hidden_layers }, (_, layer) =>
      layerOf(config, layer, { rope, bias }),
    );
    return new PlainDecoder({
      tokens: { name: 'word_embeddings', module: new Embedding(config.vocab_size, width) },
      layers: { name: 'h', list: layers },
      finalNorm: { name: 'ln_f', module: new LayerNorm(width, config.layer_norm_epsilon) },
      rope,
    });
  },
  heads(raw) {
    const { tie_word_embeddings: tied } = configOf(raw);
    return decoderHeads(decoderClasses('Falcon'), {
      causal: { name: 'lm_head', tied },
      token: { name: 'classifier', dropout: tokenDropout(raw) },
    });
  },
  limits(raw) {
    const config = configOf(raw);
    return { vocabularySize: config.vocab_size, maxPositions: stretchedPositions(ropeOf(config)) };
  },
};

interface Places {
  rope: Rope | undefined;
  bias: DistanceBias | undefined;
}

function layerOf(config: FalconConfig, layer: number, { rope, bias }: Places): PlainLayer {
  const { hidden_size: width, num_attention_heads: heads, hidden_dropout: p } = config;
  const size = width / heads;
  const keyHeads = keyHeadsOf(config);
  const linear = (name: string, from: number, to: number) => ({
    name,
    module: new Linear(from, to, { bias: config.bias }),
  });
  const inner = config.ffn_hidden_size ?? 4 * width;
  const attention = new PlainAttention({
    projections: groupedProjections(linear('query_key_value', width, (heads + 2 * keyHeads) * size), {
      heads,
      keyHeads,
      size,
    }),
    output: linear('dense', width, width),
    layer,
    rope,
    bias,
    dropout: new Dropout(config.attention_dropout, `h.${layer}.self_attention`),
  });
  const feedForward = new PlainFeedForward(
    [linear('dense_h_to_4h', width, inner), linear('dense_4h_to_h', inner, width)],
    config.activation,
  );
  return new PlainLayer({
    ...normsOf(config),
    attention: { name: 'self_attention', module: attention },
    feedForward: { name: 'mlp', module: feedForward },
    dropouts: {
      attention: new Dropout(p, `h.${layer}.post_attention`),
      feedForward: new Dropout(p, `h.${layer}.post_mlp`),
    },
  });
}

/** The newer form has grouped heads; the older one has a single key for all heads, or one per head. */
function keyHeadsOf(config: FalconConfig): number {
  const heads = config.num_attention_heads;
  if (config.new_decoder_architecture) return config.num_kv_heads ?? heads;
  return config.multi_query ? 1 : heads;
}

function normsOf(config: FalconConfig) {
  const { new_decoder_architecture: isNew, parallel_attn: isParallel } = config;
  const norm = (name: string) => ({ name, module: new LayerNorm(config.hidden_size, config.layer_norm_epsilon) });
  if (isNew && (config.num_ln_in_parallel_attn ?? 2) === 2)
    return { attentionNorm: norm('ln_attn'), feedForwardNorm: norm('ln_mlp'), arrangement: 'side by side' as const };
  if (isNew || isParallel) return { attentionNorm: norm('input_layernorm'), arrangement: 'side by side' as const };
  return {
    attentionNorm: norm('input_layernorm'),
    feedForwardNorm: norm('post_attention_layernorm'),
    arrangement: 'before' as const,
  };
}
