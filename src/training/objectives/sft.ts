import { Renderer } from '../../models/text/index.ts';
import { imageTexts } from '../../answering/tasks/rows/image-tokens.ts';
import type { Objective, Processor } from '../objective.ts';
import type { PreparedRow } from '../../answering/tasks/rows/prepared-rows.ts';
import { renderExamples } from '../../answering/tasks/rows/rendered-rows.ts';
import { surveyExperts } from './expert-balance.ts';
import { nextTokenObjective } from './base-kl.ts';
import { loadSquares, withSquares, type SquaresRow } from '../../answering/tasks/rows/image-squares.ts';
import { collateRows } from '../../answering/tasks/rows/collate.ts';
import { countTokens } from '../../answering/tasks/rows/trained-tokens.ts';
import type { SftOptions } from './sft.options.ts';
import type { ChatExample, CompletionExample } from '../../data/example.ts';

/** Supervised fine-tuning: cross-entropy over the answers' tokens in prompts and conversations. */
export function create(
  options: SftOptions,
  processor: Processor,
): Objective<ChatExample | CompletionExample, PreparedRow, SquaresRow> {
  const { tokenizer, media, now } = processor;
  const images = imageTexts(processor);
  const renderer = new Renderer(tokenizer, { trainOn: options.train_on, now, images });
  return {
    task: 'causal-lm',
    accepts: ['chat', 'completion'],
    separable: true,
    unit: 'tokens',
    prepare: (examples) => renderExamples(renderer, examples),
    ...(images !== undefined && { load: (rows) => loadSquares(rows, media!) }),
    collate: (rows) => withSquares(collateRows(rows, { causal: true }), images?.id),
    counts: countTokens,
    survey: surveyExperts,
    ...nextTokenObjective(options, options),
  };
}
