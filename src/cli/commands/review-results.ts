import { toolNames } from '../../review/exchange/index.ts';
import { rowKinds } from '../../review/training-rows.ts';
import { defineCommand } from '../command.ts';
import { describeReview } from '../review-text.ts';

export const command = defineCommand({
  section: 'Use',
  summary: 'show who won a review and how far reviewers agree; write rows to train on',
  arguments: [{ name: 'PAIRS', summary: 'what was reviewed', required: true }],
  options: [
    { name: '--against', value: 'SYSTEM', summary: 'as in the review' },
    {
      name: '--export',
      value: 'KIND',
      summary: 'write rows to train on: dpo, sft or kto; or for argilla or label-studio',
    },
    { name: '--to', value: 'FILE', summary: 'where to write them, as JSONL' },
  ],
  examples: ['review results runs/tickets', 'review results pairs.jsonl --export dpo --to preferences.jsonl'],
  async run(context) {
    const { reviewResults } = await import('../../app/review/review.ts');
    const kind =
      context.option('--export') === undefined ? undefined : context.choice('--export', [...rowKinds, ...toolNames]);
    return reviewResults(context.argument('PAIRS')!, {
      against: context.option('--against'),
      export: kind,
      to: context.option('--to'),
    });
  },
  render: describeReview,
});
