// R rows
import { plural } from '../../base/format.ts';
import { Letters } from '../../models/text/index.ts';
import { fromArray } from '../../engine/tensor/index.ts';
import type { Objective, Processor } from '../objective.ts';
import type { PreparedRow, ReadRow } from '../../answering/tasks/rows/prepared-rows.ts';
import type { CtcOptions } from './ctc.options.ts';
import { collateRows } from '../../answering/tasks/rows/collate.ts';
import { hearing, prepareRecordings } from '../../answering/tasks/rows/recordings.ts';
import type { SpeechExample } from '../../data/example.ts';

/** CTC: the letters of a recording's text, in order, at any frames. */
export function create(
  { reduction }: CtcOptions,
  processor: Processor,
): Objective<SpeechExample, PreparedRow, ReadRow> {
  const letters = new Letters(processor.tokenizer);
  const media = hearing(processor, 'ctc');
  return {
    task: 'ctc',
    accepts: ['speech'],
    separable: true,
    unit: 'rows',
    config: { ctc_loss_reduction: reduction },
    prepare: (examples) =>
      prepareRecordings(examples, media, async (text, size) => {
        const { ids, unknown } = await letters.idsOf(text);
        if (unknown.length > 0) return unknownLetters(unknown);
        if (ids.length === 0) return { field: 'text', message: 'contains no spoken text' };
        const needed = framesNeeded(ids);
        if (needed > size) {
          const message = `${plural(ids.length, 'letters')} need at least ${needed} frames, but the recording has only ${size}`;
          return { field: 'text', message, fix: 'check that text and recording match' };
        }
        return { ids: Int32Array.from(ids), trained: new Uint8Array(ids.length).fill(1), size };
      }),
    load: (rows) => media.load(rows),
    collate: (rows) => collateRows(rows, { causal: false }),
    counts: ({ rows }) => ({ rows: rows.length }),
    loss(model, batch, { totals, runner }) {
      const hidden = model.hidden(batch.input, { runner });
      const texts = batch.rows.map(({ ids }) => ids);
      const losses = model.ctcHead.losses(hidden, model.layoutOf(batch.input), texts); // [R]
      if (reduction === 'sum') return { perRow: losses, tally: {} };
      const weights = Float64Array.from(texts, ({ length }) => 1 / (length * totals.rows));
      return { perRow: losses.mul(fromArray(weights).to(losses.dtype).toDevice(model.device)), tally: {} };
    },
  };
}

/** Repeated letters need a blank between them. */
function framesNeeded(ids: readonly number[]): number {
  return ids.reduce((count, id, i) => count + (id === ids[i - 1] ? 2 : 1), 0);
}

function unknownLetters(unknown: readonly string[]) {
  return {
    field: 'text',
    message: `the vocabulary lacks ${unknown.map((letter) => JSON.stringify(letter)).join(', ')}`,
    fix: 'use objective.vocabulary: data for a vocabulary of these rows; or write numbers as words',
  };
}
