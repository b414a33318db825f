import { defineTask } from './define.ts';
import { outputDistance } from './output-distance.ts';
import { markerLayout } from './rows/decision-markers.ts';

/** Classification of words, or of the steps of an answer. */
export const task = defineTask({
  title: 'token classification',
  pipelineTag: 'token-classification',
  answers: ['tagged', 'stepwise', 'decision'],
  async answering(kind) {
    if (kind === 'stepwise') return (await import('./answers/steps.ts')).answerWithSteps;
    if (kind === 'decision') return (await import('./answers/decisions.ts')).answerWithMarkers;
    return (await import('./answers/tags.ts')).answerWithTags;
  },
  answerKind({ config }) {
    if (markerLayout(config) !== undefined) return 'decisions';
    // attune's process reward models record their step separator.
    return typeof config.step_separator === 'string' ? 'steps' : 'tags';
  },
  served: 'rows',
  firstUse: (folder, rows) => `attune predict ${folder} --input ${rows} --output answers.csv`,
  labels: ({ tokenClassHead }) => tokenClassHead.labels,
  trainsWholeHead: true,
  outputLoss: ({ model, hidden, layout }) => outputDistance(model.tokenClassHead.scores(hidden, layout)),
});
