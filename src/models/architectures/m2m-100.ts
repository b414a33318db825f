import { definePair, sinusoids } from './pair.ts';

/** Translation between many languages, NLLB among its checkpoints (Fan et al., 2021; NLLB Team, 2022). */
export const architecture = definePair({
  modelType: 'm2m_100',
  className: 'M2M100ForConditionalGeneration',
  norms: 'before',
  hasEmbeddingNorm: false,
  // Positions begin behind the padding token's, and wavelengths end at 10,000 times 2π.
  positions: ({ d_model: width, pad_token_id: padding }) =>
    sinusoids(width, { first: padding + 1, steps: width / 2 - 1 }),
  hasLogitsBias: false,
  defaults: { scale_embedding: true, activation_function: 'relu' },
});
