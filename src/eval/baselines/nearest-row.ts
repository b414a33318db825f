import { answerText } from '../example-text.ts';
import { Neighbours } from '../neighbours.ts';
import { rowPredictor } from '../predictor.ts';
import type { Baseline } from './baseline.ts';

/** Answers with the answer of the training row whose input is most alike. */
export const nearestRow: Baseline = {
  name: 'nearest',
  title: 'nearest training row',
  forms: ['classes', 'labels', 'numbers', 'json', 'short', 'long'],
  unfit: (train) => (train.length === 0 ? 'there are no training rows' : undefined),
  async fit(train) {
    const neighbours = new Neighbours(train);
    return rowPredictor('nearest', (example) => ({ text: answerText(neighbours.nearest(example, 1)[0]) }));
  },
};
