import { definePair, learnedPositions } from './pair.ts';

/** A pair whose norms stand after each half, with learned positions (Lewis et al., 2020). */
export const architecture = definePair({
  modelType: 'bart',
  className: 'BartForConditionalGeneration',
  norms: 'after',
  hasEmbeddingNorm: true,
  positions: (config) => learnedPositions(config, 2),
  hasLogitsBias: true,
});
