import { SpeechTokens } from '../../models/text/index.ts';
import type { Objective, Processor } from '../objective.ts';
import type { PreparedRow, ReadRow } from '../../answering/tasks/rows/prepared-rows.ts';
import { collateRows } from '../../answering/tasks/rows/collate.ts';
import { featuresOf } from '../../models/row-features.ts';
import { countTokens } from '../../answering/tasks/rows/trained-tokens.ts';
import { nextTokenLoss } from './next-token.ts';
import { hearing, prepareRecordings } from '../../answering/tasks/rows/recordings.ts';
import type { SpeechSeq2SeqOptions } from './speech-seq2seq.options.ts';
import type { SpeechExample } from '../../data/example.ts';

/** Transcription by cross-entropy over tokens, including those of language and task, as in the reference. */
export function create(
  { language, task }: SpeechSeq2SeqOptions,
  processor: Processor,
): Objective<SpeechExample, PreparedRow, ReadRow> {
  const media = hearing(processor, 'speech_seq2seq');
  const tokens = new SpeechTokens(processor.tokenizer);
  const wish = { language: language ?? undefined, task };
  return {
    task: 'seq2seq',
    accepts: ['speech'],
    separable: true,
    unit: 'tokens',
    prepare: (examples) =>
      prepareRecordings(examples, media, async (text, heard) => {
        if (text.trim() === '') return { field: 'text', message: 'is empty' };
        const ids = await tokens.transcript(text, wish);
        const trained = new Uint8Array(ids.length).fill(1);
        trained[0] = 0; // has no predecessor to be predicted from
        return { ids, trained, size: ids.length + heard };
      }),
    load: (rows) => media.load(rows),
    collate(rows) {
      const { input } = collateRows(
        rows.map((row) => ({ ...row, features: undefined })),
        { causal: true },
      );
      return { rows, input: { ...input, source: featuresOf(rows) } };
    },
    counts: countTokens,
    loss: nextTokenLoss,
  };
}
