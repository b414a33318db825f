import { z } from 'zod';
import { defineObjective } from '../define-objective.ts';

/** A text from a text, by an encoder and a decoder. */
export const options = z.strictObject({
  src_lang: z
    .string()
    .nullable()
    .default(null)
    .describe(
      "code of the prompts' language, for models of many (nllb, m2m_100); tokenizer_config.json's unless given",
    ),
  tgt_lang: z
    .string()
    .nullable()
    .default(null)
    .describe("code of the answers' language, for models of many; tokenizer_config.json's unless given"),
});

export type Seq2SeqOptions = z.output<typeof options>;

export const method = defineObjective({
  options,
  run: () => import('./seq2seq.ts'),
});
