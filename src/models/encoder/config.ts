import { z } from 'zod';
import { activation, count, probability } from '../config-keys.ts';

/** HF BertConfig keys that affect the computation, shared by its descendants. */
export const bertSchema = z.looseObject({
  vocab_size: count,
  hidden_size: count,
  intermediate_size: count,
  num_hidden_layers: count,
  num_attention_heads: count,
  hidden_act: activation.default('gelu'),
  max_position_embeddings: count.default(512),
  type_vocab_size: count.default(2),
  layer_norm_eps: z.number().default(1e-12),
  hidden_dropout_prob: probability.default(0.1),
  attention_probs_dropout_prob: probability.default(0.1),
  classifier_dropout: probability.nullish(),
  tie_word_embeddings: z.boolean().default(true),
  position_embedding_type: z
    .literal('absolute', { error: 'only absolute positions are supported' })
    .default('absolute'),
  is_decoder: z.literal(false, { error: 'only encoders are supported' }).default(false),
});

/** Settings of an encoder under BERT's names, to which schemas with other keys are transformed. */
export interface EncoderConfig {
  vocab_size: number;
  hidden_size: number;
  intermediate_size: number;
  num_hidden_layers: number;
  num_attention_heads: number;
  hidden_act: string;
  max_position_embeddings: number;
  type_vocab_size: number;
  layer_norm_eps: number;
  /** Dropout of embeddings, and by default of each sublayer's output. */
  hidden_dropout_prob: number;
  attention_probs_dropout_prob: number;
  classifier_dropout?: number | null;
  tie_word_embeddings: boolean;
}
