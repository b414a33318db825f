import { defineCommand } from '../command.ts';
import { describeGroupReport } from '../group-text.ts';
import { withProgress } from '../with-progress.ts';

export const command = defineCommand({
  section: 'Data',
  summary: 'say who is in the rows: how many of each group, and whether labels are balanced among them',
  arguments: [{ name: 'FILE', summary: 'rows: .jsonl, .json, .csv, .parquet', required: true, many: true }],
  options: [
    {
      name: '--group-column',
      value: 'NAME',
      many: true,
      summary: 'a column that names groups; several times for more',
    },
    {
      name: '--mentions',
      summary:
        'find groups in the texts too: gender and origin by English words and names (alone where no column is named)',
    },
    { name: '--label-column', value: 'NAME', summary: 'the label (label, labels, category, or a short answer)' },
    { name: '--min-rows', value: 'ROWS', summary: 'fewer rows of a group are marked as too few (30)' },
  ],
  examples: ['data groups tickets.jsonl', 'data groups tickets.jsonl --group-column region --group-column gender'],
  async run(context) {
    const { describeGroups } = await import('../../app/fairness/groups.ts');
    const columns = context.all('--group-column');
    const signal = context.stopSignal('stopping');
    return withProgress(context, (onEvent) =>
      describeGroups(context.arguments, {
        columns,
        mentions: context.has('--mentions') || columns.length === 0,
        label: context.option('--label-column'),
        leastRows: context.count('--min-rows'),
        onEvent,
        signal,
      }),
    );
  },
  render: describeGroupReport,
});
