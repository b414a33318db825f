import { z } from 'zod';
import { Rope } from '../../engine/nn/index.ts';
import type { Architecture } from '../architecture.ts';
import { parseConfig, type RawConfig } from '../raw-config.ts';
import { decoderConfig, headShape } from '../decoder/config.ts';
import { Decoder } from '../decoder/decoder.ts';
import { ropeOptions, stretchedPositions } from '../decoder/rope-settings.ts';
import { encoderHeads } from '../encoder/define.ts';
import type { SequenceOptions } from '../heads/sequence.ts';

/** Defaults of HF EuroBertConfig that differ from Llama's. */
const defaults = {
  vocab_size: 128256,
  hidden_size: 768,
  intermediate_size: 3072,
  num_hidden_layers: 12,
  num_attention_heads: 12,
  rms_norm_eps: 1e-5,
  max_position_embeddings: 8192,
};

const headSchema = z.looseObject({ classifier_pooling: z.enum(['late', 'bos', 'mean']).default('late') });

const configOf = (raw: RawConfig) => decoderConfig(raw, defaults);

function ropeOf(raw: RawConfig) {
  const config = configOf(raw);
  return ropeOptions(config, headShape(config).size);
}

/** Pooling of a row's states, or of its tokens' scores (`late`). */
const poolings = {
  late: { pool: 'mean', scoresTokens: true },
  bos: { pool: 'first' },
  mean: { pool: 'mean' },
} as const satisfies Record<string, Partial<SequenceOptions>>;

/** Llama with bidirectional attention (Boizard et al., 2025). */
export const architecture: Architecture = {
  modelType: 'eurobert',
  prefix: 'model',
  build(raw) {
    const config = configOf(raw);
    const bias = { qkv: config.attention_bias, output: config.attention_bias };
    const rope = new Rope(ropeOf(raw));
    return new Decoder(config, { attention: () => ({ rope, bias, seesAll: true }), mlpBias: config.mlp_bias });
  },
  heads(raw) {
    const { tie_word_embeddings, mlp_bias: bias } = configOf(raw);
    const { classifier_pooling: pooling } = parseConfig(headSchema, raw);
    const config = { tie_word_embeddings, hidden_dropout_prob: 0 };
    return encoderHeads('EuroBert', config, {
      masked: { decoder: 'lm_head', bias: bias ? 'lm_head.bias' : undefined },
      sequence: { ...poolings[pooling], transform: { dense: 'dense', activation: 'gelu' } },
      question: false,
    });
  },
  limits(raw) {
    return { vocabularySize: configOf(raw).vocab_size, maxPositions: stretchedPositions(ropeOf(raw)) };
  },
};
