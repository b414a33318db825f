import { plural } from '../../base/format.ts';
import { defineCommand } from '../command.ts';
import { withProgress } from '../../terminal/with-progress.ts';

export const command = defineCommand({
  section: 'Use',
  summary: 'recommend items to every row of a file',
  arguments: [
    {
      name: 'MODEL',
      summary: "a run's folder, an adapter's or a model's: sasrec, two_tower or bpr_mf",
      required: true,
    },
  ],
  options: [
    {
      name: '--input',
      value: 'FILE',
      required: true,
      summary: 'interactions: rows of user and item, or of items as a list',
    },
    { name: '--output', aliases: ['--to'], value: 'FILE', summary: 'JSONL file to write (standard output)' },
    { name: '--format', value: 'NAME', summary: 'row format (detected)' },
    { name: '--count', value: 'ITEMS', summary: 'items for each row (10)' },
    { name: '--keep-seen', summary: 'items that a row already has may be recommended again' },
  ],
  examples: ['recommend runs/shop --input customers.csv --output next.jsonl'],
  async run(context) {
    const [{ recommend }, { requireWritable, writeFileAtomic }] = await Promise.all([
      import('../../app/recommend.ts'),
      import('../../files/atomic.ts'),
    ]);
    const input = context.option('--input')!;
    const output = context.option('--output');
    if (output !== undefined) requireWritable(output);
    const signal = context.stopSignal('stopping');
    const found = await withProgress(context, (onEvent) =>
      recommend(context.argument('MODEL')!, {
        input,
        format: context.option('--format'),
        count: context.count('--count'),
        keepSeen: context.has('--keep-seen'),
        onEvent,
        signal,
      }),
    );
    const { rows, index } = found;
    if (output !== undefined) writeFileAtomic(output, rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
    return { rows: rows.length, index, output: output ?? null, answers: output === undefined ? rows : undefined };
  },
  render: ({ rows, output, answers }) =>
    answers === undefined
      ? `${plural(rows, 'answers')} in ${output}`
      : answers.map((row) => JSON.stringify(row)).join('\n'),
});
