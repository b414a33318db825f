/** config.json keys that most decoders share (HF LlamaConfig and later). */
import { z } from 'zod';
import { parseConfig, type RawConfig } from '../raw-config.ts';
import { ropeKeys } from './rope-settings.ts';
import { activation, count, probability } from '../config-keys.ts';

const schema = z.looseObject({
  vocab_size: count,
  hidden_size: count,
  intermediate_size: count,
  num_hidden_layers: count,
  num_attention_heads: count,
  num_key_value_heads: count.nullish(),
  head_dim: count.nullish(),
  hidden_act: activation.default('silu'),
  rms_norm_eps: z.number().default(1e-6),
  ...ropeKeys,
  tie_word_embeddings: z.boolean().default(false),
  attention_bias: z.boolean().default(false),
  attention_dropout: probability.default(0),
  mlp_bias: z.boolean().default(false),
});

export type DecoderConfig = z.output<typeof schema>;

/** Parses the shared keys; missing ones fall back to the architecture's defaults, then to Llama's. */
export function decoderConfig(raw: RawConfig, defaults: RawConfig = {}): DecoderConfig {
  return parseConfig(schema, { ...defaults, ...raw });
}

type HeadKeys = Pick<DecoderConfig, 'num_attention_heads' | 'num_key_value_heads' | 'hidden_size'> & {
  head_dim?: number | null;
};

/** Number of query and key-value heads, and the head size. */
export function headShape(config: HeadKeys): { heads: number; keyHeads: number; size: number } {
  const heads = config.num_attention_heads;
  return {
    heads,
    keyHeads: config.num_key_value_heads ?? heads,
    size: config.head_dim ?? Math.floor(config.hidden_size / heads),
  };
}
