import { z } from 'zod';
import { defineObjective } from '../../train/method.ts';

/** A text from a text, by an encoder and a decoder. */
export const options = z.strictObject({});

export type Seq2SeqOptions = z.output<typeof options>;

export const method = defineObjective({
  options,
  run: () => import('./seq2seq.ts'),
});
