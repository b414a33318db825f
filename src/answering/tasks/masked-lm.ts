import { defineTask } from './define.ts';

export const task = defineTask({
  title: 'masked language modelling',
  pipelineTag: 'fill-mask',
  answers: ['text'],
  answering: async () => (await import('./answers/masked.ts')).answerWithMasks,
  elsewhere: {
    predict: 'to evaluate it: attune eval; to predict rows, tune it for a task first: attune train',
    chat: () => 'to evaluate it: attune eval',
  },
  outputLoss: ({ model, hidden, ids, tensorOf }) =>
    -model.tokenHead.tokenLogProbs(hidden, tensorOf(ids)).logProbs.mean().item(),
});
