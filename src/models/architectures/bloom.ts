import { z } from 'zod';
import { Dropout, Embedding, LayerNorm, Linear } from '../../engine/nn/index.ts';
import type { Architecture } from '../architecture.ts';
import { parseConfig, type RawConfig } from '../raw-config.ts';
import { count, probability } from '../config-keys.ts';
import { decoderClasses, decoderHeads, tokenDropout } from '../decoder/define.ts';
import { groupedProjections, LinearBias, PlainAttention } from '../decoder/plain-attention.ts';
import { PlainDecoder, PlainFeedForward, PlainLayer } from '../decoder/plain.ts';

/** HF BloomConfig keys that affect the computation. */
const schema = z
  .looseObject({
    vocab_size: count.default(250880),
    hidden_size: count.default(64),
    n_layer: count.default(2),
    n_head: count.default(8),
    layer_norm_epsilon: z.number().default(1e-5),
    apply_residual_connection_post_layernorm: z.boolean().default(false),
    hidden_dropout: probability.default(0),
    attention_dropout: probability.default(0),
    tie_word_embeddings: z.boolean().default(true),
    seq_length: count.default(2048),
  })
  .refine(({ hidden_size: width, n_head: heads }) => width % heads === 0, {
    path: ['n_head'],
    error: 'must divide hidden_size',
  });

type BloomConfig = z.output<typeof schema>;

/** Configurations use either of two names for each size. */
function configOf(raw: RawConfig): BloomConfig {
  return parseConfig(schema, {
    ...raw,
    hidden_size: raw.hidden_size ?? raw.n_embed,
    n_layer: raw.n_layer ?? raw.num_hidden_layers,
    n_head: raw.n_head ?? raw.num_attention_heads,
  });
}

/** A decoder with ALiBi instead of position embeddings (Le Scao et al., "BLOOM", 2022). */
export const architecture: Architecture = {
  modelType: 'bloom',
  prefix: 'transformer',
  build(raw) {
    const config = configOf(raw);
    const { hidden_size: width, layer_norm_epsilon: epsilon } = config;
    const bias = new LinearBias(config.n_head);
    return new PlainDecoder({
      tokens: { name: 'word_embeddings', module: new Embedding(config.vocab_size, width) },
      embeddingNorm: { name: 'word_embeddings_layernorm', module: new LayerNorm(width, epsilon) },
      layers: { name: 'h', list: Array.from({ length: config.n_layer }, (_, layer) => layerOf(config, layer, bias)) },
      finalNorm: { name: 'ln_f', module: new LayerNorm(width, epsilon) },
    });
  },
  heads(raw) {
    const { tie_word_embeddings: tied } = configOf(raw);
    return decoderHeads(decoderClasses('Bloom'), {
      causal: { name: 'lm_head', tied },
      token: { name: 'classifier', dropout: tokenDropout(raw) },
    });
  },
  limits(raw) {
    const config = configOf(raw);
    // ALiBi has no limit; rows should keep to the length of pre-training.
    return { vocabularySize: config.vocab_size, maxPositions: config.seq_length };
  },
};

function layerOf(config: BloomConfig, layer: number, bias: LinearBias): PlainLayer {
  const { hidden_size: width, n_head: heads, layer_norm_epsilon: epsilon, hidden_dropout: p } = config;
  const linear = (name: string, from: number, to: number) => ({ name, module: new Linear(from, to, { bias: true }) });
  const counts = { heads, keyHeads: heads, size: width / heads };
  const attention = new PlainAttention({
    projections: groupedProjections(linear('query_key_value', width, 3 * width), counts),
    output: linear('dense', width, width),
    layer,
    bias,
    dropout: new Dropout(config.attention_dropout, `h.${layer}.self_attention`),
  });
  const feedForward = new PlainFeedForward(
    [linear('dense_h_to_4h', width, 4 * width), linear('dense_4h_to_h', 4 * width, width)],
    'gelu_pytorch_tanh',
  );
  return new PlainLayer({
    attentionNorm: { name: 'input_layernorm', module: new LayerNorm(width, epsilon) },
    attention: { name: 'self_attention', module: attention },
    feedForwardNorm: { name: 'post_attention_layernorm', module: new LayerNorm(width, epsilon) },
    feedForward: { name: 'mlp', module: feedForward },
    arrangement: config.apply_residual_connection_post_layernorm ? 'before, and kept' : 'before',
    dropouts: {
      attention: new Dropout(p, `h.${layer}.post_attention`),
      feedForward: new Dropout(p, `h.${layer}.post_mlp`),
    },
  });
}
