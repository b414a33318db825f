import { defineT5 } from './t5.ts';

/** T5 1.1 in a hundred languages (Xue et al., 2021), with the defaults of HF MT5Config. */
export const architecture = defineT5('mt5', 'MT5', {
  defaults: {
    vocab_size: 250112,
    d_ff: 1024,
    num_layers: 8,
    num_heads: 6,
    feed_forward_proj: 'gated-gelu',
    tie_word_embeddings: false,
    // Even with a tied head: transformers 5 marks every mT5 as tied, but does not scale its outputs.
    scale_decoder_outputs: false,
  },
});
