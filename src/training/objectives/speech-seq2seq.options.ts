import { z } from 'zod';
import { defineObjective } from '../define-objective.ts';

/** Transcripts of recordings, token by token: for whisper. */
export const options = z.strictObject({
  language: z
    .string()
    .nullable()
    .default(null)
    .describe(
      "code of the rows' language, for models that know several; what generation_config.json says unless given",
    ),
  task: z.enum(['transcribe', 'translate']).default('transcribe').describe('write what is said, or its English'),
});

export type SpeechSeq2SeqOptions = z.output<typeof options>;

export const method = defineObjective({
  options,
  run: () => import('./speech-seq2seq.ts'),
});
