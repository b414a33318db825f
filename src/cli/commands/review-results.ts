import { defineCommand } from '../command.ts';

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
    { name: '--output', aliases: ['--to'], value: 'FILE', summary: 'where to write them, as JSONL' },
  ],
  examples: ['review results runs/tickets', 'review results pairs.jsonl --export dpo --output preferences.jsonl'],
  async run(context) {
    const [{ reviewResults }, { rowKinds }, { toolNames }] = await Promise.all([
      import('../../app/review/review.ts'),
      import('../../review/training-rows.ts'),
      import('../../review/exchange/index.ts'),
    ]);
    const kind =
      context.option('--export') === undefined ? undefined : context.choice('--export', [...rowKinds, ...toolNames]);
    return reviewResults(context.argument('PAIRS')!, {
      against: context.option('--against'),
      export: kind,
      to: context.option('--output'),
    });
  },
  render: async (results, terminal) =>
    (await import('../../app/use-cases/text/review.ts')).describeReview(results, terminal),
});
