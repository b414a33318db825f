import { definePair, learnedPositions } from './pair.ts';

/** Encoder-decoder with post-norm layers and learned positions (Lewis et al., 2020). */
export const architecture = definePair({
  modelType: 'bart',
  className: 'BartForConditionalGeneration',
  norms: 'after',
  hasEmbeddingNorm: true,
  positions: (config) => learnedPositions(config, 2),
  hasLogitsBias: true,
});
