import { toolNames } from '../../evaluation/review/exchange/tool-names.ts';
import { rowKinds, type RowKind } from '../../evaluation/review/row-kinds.ts';
import { defineUseCase } from './use-case.ts';
import type { ToolName } from '../../evaluation/review/exchange/index.ts';
import type { ReviewResults } from '../../evaluation/review/review-outcome.ts';

export type ExportKind = RowKind | ToolName;

export interface ReviewOutcome extends ReviewResults {
  log: string;
  /** `settings`: a file for setting up the project in the other tool. */
  exported?: { kind: ExportKind; to: string; rows: number; settings?: string };
}

export const useCase = defineUseCase({
  section: 'Use',
  summary: 'show who won a review and how far reviewers agree; write training rows',
  arguments: ({ argument }) => [argument('pairs', 'PAIRS', 'what was reviewed')],
  options: ({ text, choice }) => ({
    against: text('SYSTEM', 'as in the review'),
    export: choice(
      [...rowKinds, ...toolNames],
      'KIND',
      'write training rows: dpo, sft or kto; or for argilla or label-studio',
    ),
    output: text('FILE', 'output file, as JSONL', { aliases: ['--to'] }),
  }),
  effects: ['writes-files'],
  examples: ['review results runs/tickets', 'review results pairs.jsonl --export dpo --output preferences.jsonl'],
  async run({ pairs, ...options }): Promise<ReviewOutcome> {
    const { reviewResults } = await import('../review/review.ts');
    return reviewResults(pairs, options);
  },
  async render(results, terminal) {
    const { describeReview } = await import('./text/review.ts');
    return describeReview(results, terminal);
  },
});
