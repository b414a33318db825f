import { z } from 'zod';

/** A text from a text, by an encoder and a decoder. */
export const options = z.strictObject({});

export type Seq2SeqOptions = z.output<typeof options>;
