import { defineTask } from './define.ts';
import { outputDistance } from './output-distance.ts';

/** Text embedding. */
export const task = defineTask({
  title: 'text embedding',
  pipelineTag: 'sentence-similarity',
  answers: ['pair', 'graded'],
  answering: async () => (await import('./answers/vectors.ts')).answerWithVectors,
  elsewhere: {
    predict: 'to embed text: attune embed',
    chat: (target) => `to embed text: attune embed ${target}`,
  },
  served: 'vectors',
  firstUse: (folder) => `attune retrieve index ${folder} --input DOCUMENTS.csv --output index`,
  cutsTexts: true,
  tellsClasses: true,
  outputLoss: ({ model, hidden, layout }) => outputDistance(model.embeddingHead.embed(hidden, layout)),
});
