import { definePair, sinusoids } from './pair.ts';

/** Small and fast translation models, one language pair each (Junczys-Dowmunt et al., 2018). */
export const architecture = definePair({
  modelType: 'marian',
  className: 'MarianMTModel',
  norms: 'after',
  hasEmbeddingNorm: false,
  positions: ({ d_model: width }) => sinusoids(width, { first: 0, steps: width / 2 }),
  hasLogitsBias: true,
  defaults: { scale_embedding: false, activation_function: 'gelu', pad_token_id: 58100 },
});
