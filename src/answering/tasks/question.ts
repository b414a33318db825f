import { defineTask } from './define.ts';
import { outputDistance } from './output-distance.ts';

/** Extractive question answering. */
export const task = defineTask({
  title: 'question answering',
  pipelineTag: 'question-answering',
  answers: ['question'],
  answering: async () => (await import('./answers/spans.ts')).answerWithSpans,
  answerKind: () => 'stretch',
  prompts: 'found',
  served: 'rows',
  firstUse: (folder, rows) => `attune predict ${folder} --input ${rows} --output answers.csv`,
  trainsWholeHead: true,
  outputLoss({ model, hidden }) {
    const { start, end } = model.questionHead.scores(hidden);
    return outputDistance(start) + outputDistance(end);
  },
});
