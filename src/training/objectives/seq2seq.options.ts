import { z } from 'zod';
import { defineObjective } from '../define-objective.ts';

/** Text to text, by an encoder-decoder. */
export const options = z.strictObject({
  src_lang: z
    .string()
    .nullable()
    .default(null)
    .describe(
      "code of the prompts' language, for multilingual models such as nllb or m2m_100 (default: as in " +
        'tokenizer_config.json)',
    ),
  tgt_lang: z
    .string()
    .nullable()
    .default(null)
    .describe("code of the answers' language, for multilingual models (default: as in tokenizer_config.json)"),
});

export type Seq2SeqOptions = z.output<typeof options>;

export const method = defineObjective({
  options,
  run: () => import('./seq2seq.ts'),
});
