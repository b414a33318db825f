import { rowPredictor } from '../../scoring/predictor.ts';
import { inputReader, type Baseline } from './baseline.ts';

/** Answers with the input itself: what a correction or a translation of names and terms has to beat. */
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
