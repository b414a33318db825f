import { answerText, haveOneClass } from '../../scoring/prompt-text.ts';
import { rowPredictor } from '../../scoring/predictor.ts';
import type { Baseline } from './baseline.ts';

/** Always gives the most frequent answer of the training rows. */
export const majority: Baseline = {
  name: 'majority',
  title: 'most frequent answer',
  reads: ['text', 'image', 'audio'],
  forms: ['classes', 'labels', 'json', 'short', 'long', 'speech'],
  unfit: (train) => (train.length === 0 ? 'there are no training rows' : undefined),
  async fit(train) {
    const counts = new Map<string, number>();
    for (const example of train) {
      const answer = answerText(example);
      counts.set(answer, (counts.get(answer) ?? 0) + 1);
    }
    const most = [...counts].reduce((best, next) => (next[1] > best[1] ? next : best));
    const [text, label] = [most[0], most[0].trim()];
    // The class frequencies serve as scores.
    const isOfClasses = haveOneClass(train);
    const shares = [...counts]
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([answer, count]) => [answer.trim(), count / train.length]);
    const scores = isOfClasses ? { scores: Object.fromEntries(shares) as Record<string, number> } : {};
    return rowPredictor('majority', () => ({ text, label, ...scores }));
  },
};
