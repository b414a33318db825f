import { z } from 'zod';
import { Dropout, Embedding, LayerNorm, Linear } from '../../engine/nn/index.ts';
import type { Architecture } from '../architecture.ts';
import { parseConfig } from '../raw-config.ts';
import { activation, count, probability } from '../config-keys.ts';
import { decoderClasses, decoderHeads, tokenDropout } from '../decoder/define.ts';
import { groupedProjections, PlainAttention } from '../decoder/plain-attention.ts';
import { PlainDecoder, PlainFeedForward, PlainLayer } from '../decoder/plain.ts';

/** HF GPTBigCodeConfig keys that affect the computation. */
const schema = z
  .looseObject({
    vocab_size: count.default(50257),
    n_positions: count.default(1024),
    n_embd: count.default(768),
    n_layer: count.default(12),
    n_head: count.default(12),
    n_inner: count.nullish(),
    activation_function: activation.default('gelu_pytorch_tanh'),
    resid_pdrop: probability.default(0.1),
    embd_pdrop: probability.default(0.1),
    attn_pdrop: probability.default(0.1),
    layer_norm_epsilon: z.number().default(1e-5),
    scale_attn_weights: z.boolean().default(true),
    multi_query: z.boolean().default(true),
    tie_word_embeddings: z.boolean().default(true),
    add_cross_attention: z.literal(false, { error: 'only decoders without an encoder are supported' }).default(false),
  })
  .refine(({ n_embd: width, n_head: heads }) => width % heads === 0, {
    path: ['n_head'],
    error: 'must divide n_embd',
  });

type BigCodeConfig = z.output<typeof schema>;

/** GPT-2 with multi-query attention (Li et al., "StarCoder", 2023). */
export const architecture: Architecture = {
  modelType: 'gpt_bigcode',
  prefix: 'transformer',
  build(raw) {
    const config = parseConfig(schema, raw);
    const { n_embd: width } = config;
    return new PlainDecoder({
      tokens: { name: 'wte', module: new Embedding(config.vocab_size, width) },
      positions: { name: 'wpe', module: new Embedding(config.n_positions, width), offset: 0 },
      layers: { name: 'h', list: Array.from({ length: config.n_layer }, (_, layer) => layerOf(config, layer)) },
      finalNorm: { name: 'ln_f', module: new LayerNorm(width, config.layer_norm_epsilon) },
      dropout: new Dropout(config.embd_pdrop, 'wte'),
    });
  },
  passedOver: () => [/(^|\.)h\.\d+\.attn\.bias$/],
  heads(raw) {
    const { tie_word_embeddings: tied } = parseConfig(schema, raw);
    return decoderHeads(decoderClasses('GPTBigCode'), {
      causal: { name: 'lm_head', tied },
      token: { name: 'classifier', dropout: tokenDropout(raw) },
    });
  },
  limits(raw) {
    const config = parseConfig(schema, raw);
    return { vocabularySize: config.vocab_size, maxPositions: config.n_positions };
  },
};

function layerOf(config: BigCodeConfig, layer: number): PlainLayer {
  const { n_embd: width, n_head: heads, layer_norm_epsilon: epsilon, resid_pdrop: p } = config;
  const [inner, size, keyHeads] = [config.n_inner ?? 4 * width, width / heads, config.multi_query ? 1 : heads];
  const linear = (name: string, from: number, to: number) => ({ name, module: new Linear(from, to, { bias: true }) });
  const attention = new PlainAttention({
    projections: groupedProjections(linear('c_attn', width, width + 2 * keyHeads * size), { heads, keyHeads, size }),
    output: linear('c_proj', width, width),
    layer,
    scale: config.scale_attn_weights ? undefined : 1,
    dropout: new Dropout(config.attn_pdrop, `h.${layer}.attn`),
  });
  const feedForward = new PlainFeedForward(
    [linear('c_fc', width, inner), linear('c_proj', inner, width)],
    config.activation_function,
  );
  return new PlainLayer({
    attentionNorm: { name: 'ln_1', module: new LayerNorm(width, epsilon) },
    attention: { name: 'attn', module: attention },
    feedForwardNorm: { name: 'ln_2', module: new LayerNorm(width, epsilon) },
    feedForward: { name: 'mlp', module: feedForward },
    arrangement: 'before',
    dropouts: {
      attention: new Dropout(p, `h.${layer}.attn.resid`),
      feedForward: new Dropout(p, `h.${layer}.mlp`),
    },
  });
}
