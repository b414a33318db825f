import { defineTask } from './define.ts';
import { outputDistance } from './output-distance.ts';

/** A class of each word, or of each step of an answer. */
export const task = defineTask({
  title: 'token classification',
  pipelineTag: 'token-classification',
  answers: ['tagged', 'stepwise'],
  answering: async (kind) =>
    kind === 'stepwise'
      ? (await import('./answers/steps.ts')).answerWithSteps
      : (await import('./answers/tags.ts')).answerWithTags,
  // A process reward model of ours says what stands between steps.
  answerKind: ({ config }) => (typeof config.step_separator === 'string' ? 'steps' : 'tags'),
  served: 'rows',
  firstUse: (folder, rows) => `attune predict ${folder} --input ${rows} --output answers.csv`,
  labels: ({ tokenClassHead }) => tokenClassHead.labels,
  trainsWholeHead: true,
  outputLoss: ({ model, hidden, layout }) => outputDistance(model.tokenClassHead.scores(hidden, layout)),
});
