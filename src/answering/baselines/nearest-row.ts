import { answerText } from '../../scoring/prompt-text.ts';
import { NearestTexts } from './neighbours.ts';
import { rowPredictor } from '../../scoring/predictor.ts';
import { readerWithin, templateOf, type PromptTemplate } from './baseline.ts';
import { keptBaseline } from './kept.ts';

/** Answers with the answer of the training row whose input is most similar. */
export const nearestRow = keptBaseline({
  name: 'nearest',
  title: 'nearest training row',
  holdsRows: true,
  forms: ['classes', 'labels', 'numbers', 'json', 'short', 'long'],
  unfit: (train) => (train.length === 0 ? 'there are no training rows' : undefined),
  async learn(train) {
    const template = templateOf(train);
    const rows = { inputs: train.map(readerWithin(template)), answers: train.map(answerText) };
    return { values: { template, ...rows }, arrays: {} };
  },
  open({ values }) {
    const { template, inputs, answers } = values as unknown as {
      template: PromptTemplate;
      inputs: string[];
      answers: string[];
    };
    const input = readerWithin(template);
    const texts = new NearestTexts(inputs);
    return rowPredictor('nearest', (example) => ({ text: answers[texts.nearest(input(example), 1)[0]] }));
  },
});
