import { Renderer } from '../../models/text/index.ts';
import type { Objective, Processor } from '../objective.ts';
import { surveyExperts } from './expert-balance.ts';
import { nextTokenObjective } from './base-kl.ts';
import { collateRows } from '../../answering/tasks/rows/collate.ts';
import { countTokens } from '../../answering/tasks/rows/trained-tokens.ts';
import type { PretrainOptions } from './pretrain.options.ts';
import { renderExamples } from '../../answering/tasks/rows/rendered-rows.ts';
import type { ChatExample, CompletionExample, TextExample } from '../../data/example.ts';

/** Language modelling on every token of plain text: pre-training and domain adaptation. */
export function create(
  options: PretrainOptions,
  processor: Processor,
): Objective<TextExample | ChatExample | CompletionExample> {
  const renderer = new Renderer(processor.tokenizer, { trainOn: 'all', now: processor.now });
  return {
    task: 'causal-lm',
    accepts: ['text', 'chat', 'completion'],
    separable: true,
    unit: 'tokens',
    prepare: (examples) => renderExamples(renderer, examples),
    collate: (rows) => collateRows(rows, { causal: true }),
    counts: countTokens,
    survey: surveyExperts,
    ...nextTokenObjective(options),
  };
}
