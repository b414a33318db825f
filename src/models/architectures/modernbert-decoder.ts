import { z } from 'zod';
import type { Architecture } from '../architecture.ts';
import { parseConfig, type RawConfig } from '../raw-config.ts';
import { defineEncoder } from '../encoder/define.ts';
import type { LayerNames } from '../encoder/layer.ts';
import { modernTraits, modernTransform, schema as encoderSchema } from './modernbert.ts';

const names: LayerNames = {
  attentionNorm: 'attn_norm',
  query: 'attn.q_proj',
  key: 'attn.k_proj',
  value: 'attn.v_proj',
  attended: 'attn.Wo',
  norm: 'mlp_norm',
  inner: 'mlp.Wi',
  outer: 'mlp.Wo',
};

/** In saved configurations, `sliding_window` counts the tokens attended to; `local_attention` is twice that. */
const schema = z.preprocess((raw) => {
  const { sliding_window: window } = raw as RawConfig;
  return typeof window === 'number' ? { ...(raw as RawConfig), local_attention: 2 * window } : raw;
}, encoderSchema);

const stack = defineEncoder({
  modelType: 'modernbert-decoder',
  prefix: 'model',
  className: 'ModernBertDecoder',
  schema,
  traits: (config) => modernTraits(config, names, true),
  heads: (config) => ({ masked: { transform: modernTransform(config, 'lm_head'), decoder: 'decoder' } }),
});

/** ModernBERT's layers with causal attention (Weller et al., 2025). */
export const architecture: Architecture = {
  ...stack,
  heads(raw) {
    const config = parseConfig(schema, raw);
    const { classifier_dropout: dropout, classifier_bias: bias, decoder_bias: hasBias } = config;
    const { 'masked-lm': scores, embedding } = stack.heads(raw);
    return {
      'causal-lm': {
        ...scores!,
        className: 'ModernBertDecoderForCausalLM',
        options: { ...scores!.options, bias: hasBias ? 'decoder.bias' : undefined },
      },
      sequence: {
        head: 'sequence',
        className: 'ModernBertDecoderForSequenceClassification',
        options: { name: 'classifier', bias, dropout, pool: 'last', transform: modernTransform(config, 'head') },
      },
      embedding: { ...embedding!, options: { pooling: 'last', normalise: true } },
    };
  },
};
