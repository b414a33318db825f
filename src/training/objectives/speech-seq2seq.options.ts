import { z } from 'zod';
import { defineObjective } from '../define-objective.ts';

/** Transcripts of recordings, token by token: for whisper. */
export const options = z.strictObject({
  language: z
    .string()
    .nullable()
    .default(null)
    .describe("code of the rows' language, for multilingual models (default: as in generation_config.json)"),
  task: z
    .enum(['transcribe', 'translate'])
    .default('transcribe')
    .describe('output what is said, or its English translation'),
});

export type SpeechSeq2SeqOptions = z.output<typeof options>;

export const method = defineObjective({
  options,
  run: () => import('./speech-seq2seq.ts'),
});
