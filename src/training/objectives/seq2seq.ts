// R rows
import { answerTokens, collateSourceTarget, sourceTargetRows } from '../../answering/tasks/rows/source-target.ts';
import { countTrained, sumsOfRows } from '../../answering/tasks/rows/trained-tokens.ts';
import type { Objective, Processor } from '../objective.ts';
import type { Seq2SeqOptions } from './seq2seq.options.ts';
import type { TextsRow } from '../../answering/tasks/rows/prepared-rows.ts';
import type { CompletionExample } from '../../data/example.ts';

/**
 * Text to text (translation, summaries): the encoder reads the prompt, and the decoder learns each token of the answer,
 * including its end, from those before it (Raffel et al., 2020).
 */
export function create(_options: Seq2SeqOptions, processor: Processor): Objective<CompletionExample, TextsRow> {
  return {
    task: 'seq2seq',
    accepts: ['completion'],
    separable: true,
    unit: 'tokens',
    prepare: (examples) => sourceTargetRows(examples, processor),
    collate: collateSourceTarget,
    counts: countTrained,
    loss(model, batch, { totals, runner }) {
      const { logProbs, hit, rows } = answerTokens(model, batch, runner);
      const perRow = sumsOfRows(logProbs.mul(-1 / totals.tokens), rows, batch.rows.length);
      return { perRow, tally: { mean_token_accuracy: { sum: hit.sum(), count: hit.size } } };
    },
  };
}
