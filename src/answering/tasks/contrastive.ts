import { defineTask } from './define.ts';

/** Embedding of texts and images in one space. */
export const task = defineTask({
  title: 'embedding of texts and images',
  pipelineTag: 'zero-shot-image-classification',
  answers: ['image-text'],
  answering: async () => (await import('./answers/pairs.ts')).answerWithPairs,
  elsewhere: {
    predict: 'to embed inputs: attune embed',
    chat: (target) => `to embed inputs: attune embed ${target}`,
  },
  served: 'vectors',
  cutsTexts: true,
});
