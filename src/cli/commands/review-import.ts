import { plural } from '../../base/format.ts';
import { toolNames } from '../../review/exchange/tool-names.ts';
import { defineCommand } from '../command.ts';
import { shortPath } from '../../terminal/short-path.ts';

export const command = defineCommand({
  section: 'Use',
  summary: 'add choices that were made in Argilla or Label Studio to a review',
  arguments: [
    { name: 'PAIRS', summary: 'what was reviewed: a run, a comparison, a file of pairs', required: true },
    { name: 'FILE', summary: 'what the tool exported (JSON or JSON Lines)', required: true },
  ],
  options: [
    { name: '--from', value: 'TOOL', summary: toolNames.join(' or '), required: true },
    { name: '--against', value: 'SYSTEM', summary: 'as in the review' },
  ],
  examples: ['review import runs/tickets annotated.json --from label-studio'],
  async run(context) {
    const from = context.choice('--from', toolNames);
    const { importReview } = await import('../../app/review/import-review.ts');
    return importReview(context.argument('PAIRS')!, context.argument('FILE')!, {
      from,
      against: context.option('--against'),
    });
  },
  render: ({ choices, known, log }) => {
    const before = known === 0 ? '' : `; ${known} were there already`;
    return `${plural(choices, 'choices')} added to ${shortPath(log)}${before}`;
  },
});
