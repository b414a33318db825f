import { z } from 'zod';
import { Dropout, Embedding, LayerNorm, Linear, Rope } from '../../engine/nn/index.ts';
import type { Architecture } from '../architecture.ts';
import { parseConfig } from '../raw-config.ts';
import { activation, count, probability } from '../config-keys.ts';
import { headShape } from '../decoder/config.ts';
import { decoderClasses, decoderHeads, tokenDropout } from '../decoder/define.ts';
import { PlainAttention, separateProjections } from '../decoder/plain-attention.ts';
import { PlainDecoder, PlainFeedForward, PlainLayer } from '../decoder/plain.ts';
import { ropeKeys, ropeOptions, stretchedPositions } from '../decoder/rope-settings.ts';

/** HF PhiConfig keys that affect the computation. */
const schema = z.looseObject({
  vocab_size: count.default(51200),
  hidden_size: count.default(2048),
  intermediate_size: count.default(8192),
  num_hidden_layers: count.default(24),
  num_attention_heads: count.default(32),
  num_key_value_heads: count.nullish(),
  hidden_act: activation.default('gelu_new'),
  ...ropeKeys,
  resid_pdrop: probability.default(0),
  embd_pdrop: probability.default(0),
  attention_dropout: probability.default(0),
  layer_norm_eps: z.number().default(1e-5),
  tie_word_embeddings: z.boolean().default(false),
  qk_layernorm: z.boolean().default(false),
});

type PhiConfig = z.output<typeof schema>;

function ropeOf(config: PhiConfig) {
  return ropeOptions(config, headShape(config).size, { share: 0.5 });
}

/** Parallel attention and feed-forward that share one norm, and partial rotary positions (Li et al., "Phi-1.5", 2023). */
export const architecture: Architecture = {
  modelType: 'phi',
  prefix: 'model',
  build(raw) {
    const config = parseConfig(schema, raw);
    const rope = new Rope(ropeOf(config));
    return new PlainDecoder({
      tokens: { name: 'embed_tokens', module: new Embedding(config.vocab_size, config.hidden_size) },
      layers: {
        name: 'layers',
        list: Array.from({ length: config.num_hidden_layers }, (_, layer) => layerOf(config, layer, rope)),
      },
      finalNorm: { name: 'final_layernorm', module: new LayerNorm(config.hidden_size, config.layer_norm_eps) },
      rope,
      dropout: new Dropout(config.embd_pdrop, 'embed_tokens'),
    });
  },
  heads(raw) {
    const { tie_word_embeddings: tied } = parseConfig(schema, raw);
    const causal = { name: 'lm_head', tied, bias: true };
    return decoderHeads(decoderClasses('Phi'), { causal, token: { dropout: tokenDropout(raw) } });
  },
  limits(raw) {
    const config = parseConfig(schema, raw);
    return { vocabularySize: config.vocab_size, maxPositions: stretchedPositions(ropeOf(config)) };
  },
};

function layerOf(config: PhiConfig, layer: number, rope: Rope): PlainLayer {
  const { hidden_size: width, intermediate_size: inner, layer_norm_eps: epsilon, resid_pdrop: p } = config;
  const { heads, keyHeads, size } = headShape(config);
  const linear = (from: number, to: number) => new Linear(from, to, { bias: true });
  const norm = (name: string) => ({ name, module: new LayerNorm(size, epsilon) });
  const attention = new PlainAttention({
    projections: separateProjections(
      [linear(width, heads * size), linear(width, keyHeads * size), linear(width, keyHeads * size)],
      size,
    ),
    output: { name: 'dense', module: linear(heads * size, width) },
    layer,
    rope,
    norms: config.qk_layernorm ? { q: norm('q_layernorm'), k: norm('k_layernorm') } : undefined,
    dropout: new Dropout(config.attention_dropout, `layers.${layer}.self_attn`),
  });
  return new PlainLayer({
    attentionNorm: { name: 'input_layernorm', module: new LayerNorm(width, epsilon) },
    attention: { name: 'self_attn', module: attention },
    feedForward: {
      name: 'mlp',
      module: new PlainFeedForward(
        [
          { name: 'fc1', module: linear(width, inner) },
          { name: 'fc2', module: linear(inner, width) },
        ],
        config.hidden_act,
      ),
    },
    arrangement: 'side by side',
    dropouts: {
      attention: new Dropout(p, `layers.${layer}.post_attention`),
      feedForward: new Dropout(p, `layers.${layer}.post_mlp`),
    },
  });
}
