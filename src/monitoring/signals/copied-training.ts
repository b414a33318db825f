import { askedText } from '../trace.ts';
import type { Signal } from './signal.ts';

export const copied_training: Signal = {
  title: 'answers with eight consecutive words of a training answer',
  kind: 'share',
  directions: ['up'],
  isSampled: true,
  of({ prompt, answer }, { profile }) {
    const quotes = answer === undefined ? undefined : profile?.quotes(answer, askedText(prompt));
    return quotes === undefined ? undefined : Number(quotes);
  },
  cause: 'a version that memorised its rows: too much training, or repeated rows',
  action: 'train for less time, or remove repeated rows; see memorisation in the run’s report',
};
