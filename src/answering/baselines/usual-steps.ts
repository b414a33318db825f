import type { StepwiseExample } from '../../data/example.ts';
import { verdictText } from '../../data/kinds/stepwise.ts';
import { rowPredictor } from '../../scoring/predictor.ts';
import type { Baseline } from './baseline.ts';

/**
 * Judges a step by its position alone: its probability is the share of correct training steps at that position; steps
 * beyond the last known position use the last.
 */
export const usualSteps: Baseline = {
  name: 'usual_steps',
  title: 'place of the step',
  forms: ['steps'],
  unfit: () => undefined,
  async fit(train) {
    const sums: { right: number; count: number }[] = [];
    for (const { labels } of train as readonly StepwiseExample[]) {
      for (const [place, label] of labels.entries()) {
        const { right, count } = sums[place] ?? { right: 0, count: 0 };
        sums[place] = { right: right + label, count: count + 1 };
      }
    }
    const shares = sums.map(({ right, count }) => right / count);
    return rowPredictor('usual_steps', (example) => {
      const { completions } = example as StepwiseExample;
      const steps = completions.map((_, place) => shares[Math.min(place, shares.length - 1)]);
      return { steps, text: steps.map(verdictText).join(' ') };
    });
  },
};
