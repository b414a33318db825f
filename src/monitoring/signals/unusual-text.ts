import { askedText } from '../trace.ts';
import type { Signal } from './signal.ts';

export const unusual_text: Signal = {
  title: 'bits per byte of a request, under a character model of the training rows',
  kind: 'amount',
  scale: 'nats',
  directions: ['up'],
  of: ({ prompt }, { profile }) => profile?.bitsPerByte(askedText(prompt)),
  cause: 'requests unlike the training rows: other words, codes, another script',
  action: 'review a sample of the requests; collect and train on similar rows',
};
