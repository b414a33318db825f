import { definePair, sinusoids } from './pair.ts';

/** Encoder-decoder for summaries, with pre-norm layers (Zhang et al., 2020). */
export const architecture = definePair({
  modelType: 'pegasus',
  className: 'PegasusForConditionalGeneration',
  norms: 'before',
  hasEmbeddingNorm: false,
  positions: ({ d_model: width }) => sinusoids(width, { first: 0, steps: width / 2 }),
  hasLogitsBias: true,
  defaults: { pad_token_id: 0 },
});
