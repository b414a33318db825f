import { defineTask } from './define.ts';
import { flawlessLabel } from './flawless.ts';
import { outputDistance } from './output-distance.ts';

/** Classification or regression of whole rows: texts, images or recordings. */
export const task = defineTask({
  title: 'classification or regression',
  pipelineTag: 'text-classification',
  answering: async (kind) =>
    kind === 'preference'
      ? (await import('./answers/preferences.ts')).answerWithPreferences
      : (await import('./answers/classes.ts')).answerWithClasses,
  answerKind({ sequenceHead: { problemType } }) {
    if (problemType === 'regression') return 'number';
    return problemType === 'multi_label_classification' ? 'labels' : 'label';
  },
  flawless: flawlessLabel,
  served: 'rows',
  firstUse: (folder, rows) => `attune predict ${folder} --input ${rows} --output answers.csv`,
  labels: ({ sequenceHead }) => sequenceHead.labels,
  trainsWholeHead: true,
  cutsTexts: true,
  tellsClasses: true,
  outputLoss: ({ model, hidden, layout }) => outputDistance(model.sequenceHead.scores(hidden, layout)),
});
