import { defineTask } from './define.ts';

export const task = defineTask({
  title: 'recommendation',
  pipelineTag: 'tabular-classification',
  answers: ['items'],
  answering: async () => (await import('./answers/items.ts')).answerWithItems,
  elsewhere: {
    predict: 'to get recommendations: attune recommend',
    chat: (target) => `to get recommendations: attune recommend ${target}`,
  },
  served: 'items',
  firstUse: (folder) => `attune recommend ${folder} --input NEW.csv`,
});
