import { askedText } from '../trace.ts';
import type { Signal } from './signal.ts';

export const unusual_text: Signal = {
  title: 'bits per byte of a request, by the letters of the training rows',
  kind: 'amount',
  scale: 'nats',
  directions: ['up'],
  of: ({ prompt }, { profile }) => profile?.bitsPerByte(askedText(prompt)),
  cause: 'requests unlike the rows that were trained on: other words, codes, another script',
  action: 'review a sample of the requests; collect rows like them and train on them',
};
