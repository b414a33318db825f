import { definePair, sinusoids } from './pair.ts';

/** Many-to-many translation, including NLLB (Fan et al., 2021; NLLB Team, 2022). */
export const architecture = definePair({
  modelType: 'm2m_100',
  className: 'M2M100ForConditionalGeneration',
  norms: 'before',
  hasEmbeddingNorm: false,
  // Positions start after the padding token's id, and the longest wavelength is 10,000 · 2π.
  positions: ({ d_model: width, pad_token_id: padding }) =>
    sinusoids(width, { first: padding + 1, steps: width / 2 - 1 }),
  hasLogitsBias: false,
  defaults: { scale_embedding: true, activation_function: 'relu' },
});
