import { defineCommand } from '../command.ts';
import { describeGroupReport, groupOptions, groupsOf } from '../group-text.ts';
import { withProgress } from '../with-progress.ts';

export const command = defineCommand({
  section: 'Data',
  summary: 'count the groups of people in the rows, and the balance of labels among them',
  arguments: [{ name: 'FILE', summary: 'rows: .jsonl, .json, .csv, .parquet', required: true, many: true }],
  options: [
    ...groupOptions,
    { name: '--label-column', value: 'NAME', summary: 'the label (label, labels, category, or a short answer)' },
    { name: '--min-rows', value: 'ROWS', summary: 'mark groups with fewer rows (30)' },
  ],
  examples: ['data groups tickets.jsonl', 'data groups tickets.jsonl --group-column region --group-column gender'],
  async run(context) {
    const { describeGroups } = await import('../../app/fairness/groups.ts');
    const signal = context.stopSignal('stopping');
    return withProgress(context, (onEvent) =>
      describeGroups(context.arguments, {
        ...groupsOf(context),
        label: context.option('--label-column'),
        leastRows: context.count('--min-rows'),
        onEvent,
        signal,
      }),
    );
  },
  render: describeGroupReport,
});
