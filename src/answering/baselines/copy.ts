import { rowPredictor } from '../../scoring/predictor.ts';
import { inputReader, type Baseline } from './baseline.ts';

/** Answers with the input itself: the bar for tasks that change little of it, such as corrections. */
export const copy: Baseline = {
  name: 'copy',
  title: 'copy of the input',
  forms: ['short', 'long'],
  unfit: () => undefined,
  async fit(train) {
    const input = inputReader(train);
    return rowPredictor('copy', (example) => ({ text: input(example) }));
  },
};
