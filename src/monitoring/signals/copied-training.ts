import { askedText } from '../trace.ts';
import type { Signal } from './signal.ts';

export const copied_training: Signal = {
  title: 'answers with eight words in a row of a training answer',
  kind: 'share',
  directions: ['up'],
  isSampled: true,
  of({ prompt, answer }, { profile }) {
    const quotes = answer === undefined ? undefined : profile?.quotes(answer, askedText(prompt));
    return quotes === undefined ? undefined : Number(quotes);
  },
  cause: 'a version that has learned rows by heart: too long a training, or repeated rows',
  action: 'train shorter, or remove what is repeated; see memorisation in the run’s report',
};
