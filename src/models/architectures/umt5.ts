import { defineT5 } from './t5.ts';

/** mT5 trained on evenly sampled languages, with a relative bias per block (Chung et al., 2023). */
export const architecture = defineT5('umt5', 'UMT5', {
  defaults: { vocab_size: 250112, d_ff: 1024, num_layers: 8, num_heads: 6, feed_forward_proj: 'gated-gelu' },
  biasPerBlock: true,
});
