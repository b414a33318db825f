import type { PreferenceExample } from '../../data/example.ts';
import type { Message } from '../../models/text/message.ts';
import { rowPredictor } from '../../scoring/predictor.ts';
import type { Baseline } from './baseline.ts';

/** From this share of pairs on, a warning says that a model may learn nothing but length. */
const TELLING = 0.75;

/** Prefers the longer or the shorter answer of a pair, to show whether length alone separates them. */
function byLength(name: string, title: string, sign: 1 | -1): Baseline {
  return {
    name,
    title,
    forms: ['preference'],
    unfit: (train) => (train.length === 0 ? 'there are no training rows' : undefined),
    async fit(train) {
      const marginOf = ({ chosen, rejected }: PreferenceExample) => sign * (lengthOf(chosen) - lengthOf(rejected));
      const right = train.filter((example) => marginOf(example as PreferenceExample) > 0).length / train.length;
      const predictor = rowPredictor(name, (example) => {
        const pair = example as PreferenceExample;
        const margin = marginOf(pair);
        return { margin, text: textOf(margin >= 0 ? pair.chosen : pair.rejected) };
      });
      if (right < TELLING) return predictor;
      return { ...predictor, note: `length alone separates ${Math.round(100 * right)} % of the training pairs` };
    },
  };
}

function textOf(answer: string | readonly Message[]): string {
  return typeof answer === 'string' ? answer : (answer.at(-1)?.content ?? '');
}

function lengthOf(answer: string | readonly Message[]): number {
  if (typeof answer === 'string') return answer.length;
  return answer.reduce((sum, { content }) => sum + content.length, 0);
}

export const longerAnswer = byLength('longer_answer', 'longer answer', 1);
export const shorterAnswer = byLength('shorter_answer', 'shorter answer', -1);
