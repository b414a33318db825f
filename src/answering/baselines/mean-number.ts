import { rowPredictor } from '../../scoring/predictor.ts';
import { numbersOf, type Baseline } from './baseline.ts';

/** Always answers with the mean of the training rows' numbers. */
export const meanNumber: Baseline = {
  name: 'mean',
  title: 'mean of the training rows',
  forms: ['numbers'],
  unfit: () => undefined,
  async fit(train) {
    const numbers = numbersOf(train);
    const text = String(numbers.reduce((sum, value) => sum + value / numbers.length, 0));
    return rowPredictor('mean', () => ({ text }));
  },
};
