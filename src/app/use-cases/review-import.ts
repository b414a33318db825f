import { plural } from '../../base/format.ts';
import { toolNames } from '../../evaluation/review/exchange/tool-names.ts';
import { shortPath } from '../terminal/short-path.ts';
import { defineUseCase } from './use-case.ts';

export interface ImportedReview {
  log: string;
  /** Number of choices added to the log; those it already contained are ignored. */
  choices: number;
  known: number;
}

export const useCase = defineUseCase({
  section: 'Use',
  summary: 'add choices made in Argilla or Label Studio to a review',
  arguments: ({ argument }) => [
    argument('pairs', 'PAIRS', 'what was reviewed: a run, a comparison, a file of pairs'),
    argument('file', 'FILE', "the tool's export (JSON or JSON Lines)"),
  ],
  options: ({ text, choice, required }) => ({
    from: required(choice(toolNames, 'TOOL', toolNames.join(' or '))),
    against: text('SYSTEM', 'as in the review'),
  }),
  effects: ['judges'],
  examples: ['review import runs/tickets annotated.json --from label-studio'],
  async run({ pairs, file, ...options }): Promise<ImportedReview> {
    const { importReview } = await import('../review/import-review.ts');
    return importReview(pairs, file, options);
  },
  render({ choices, known, log }) {
    const before = known === 0 ? '' : `; ${known} already there`;
    return `${plural(choices, 'choices')} added to ${shortPath(log)}${before}`;
  },
});
