import { definePair, learnedPositions } from './pair.ts';

/** Multilingual BART with pre-norm layers; texts start with their language (Liu et al., 2020; mBART-50, Tang et al., 2020). */
export const architecture = definePair({
  modelType: 'mbart',
  className: 'MBartForConditionalGeneration',
  norms: 'before',
  hasEmbeddingNorm: true,
  positions: (config) => learnedPositions(config, 2),
  hasLogitsBias: true,
  startsWithLast: true,
  defaults: { vocab_size: 50265 },
});
