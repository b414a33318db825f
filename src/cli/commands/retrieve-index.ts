import { formatCount, formatPercent, plural } from '../../base/format.ts';
import { defineCommand } from '../command.ts';
import { columnsOf, embeddingOptions, poolingOf } from '../embedding-options.ts';
import { shortPath } from '../../terminal/short-path.ts';
import { withProgress } from '../../terminal/with-progress.ts';

export const command = defineCommand({
  section: 'Use',
  summary: 'make a folder of texts or images to search by meaning',
  arguments: [{ name: 'MODEL', summary: "a run's folder, an adapter's or a model's: one of vectors", required: true }],
  options: [
    {
      name: '--input',
      value: 'FILE',
      required: true,
      summary: 'rows in any format that training reads, or a folder of images',
    },
    { name: '--output', aliases: ['--to'], value: 'FOLDER', required: true, summary: 'folder to write' },
    { name: '--add', summary: 'adds the rows to the index in FOLDER' },
    ...embeddingOptions,
    { name: '--exact', summary: 'compares every row with every query; many rows are clustered otherwise' },
    { name: '--base', summary: 'the base model, without the adapter' },
  ],
  examples: [
    'retrieve index runs/faq --input docs.csv --text-column body --output faq-index',
    'retrieve index runs/faq --input more.csv --text-column body --output faq-index --add',
    'retrieve index models/clip --input photos --output photo-index',
  ],
  async run(context) {
    const { createIndex } = await import('../../app/retrieve/create-index.ts');
    const input = context.option('--input')!;
    const to = context.option('--output')!;
    const signal = context.stopSignal('stopping; no index is written');
    return withProgress(context, (onEvent) =>
      createIndex(context.argument('MODEL')!, {
        input,
        to,
        add: context.has('--add'),
        exact: context.has('--exact') ? true : undefined,
        base: context.has('--base') ? true : undefined,
        ...columnsOf(context),
        pooling: poolingOf(context),
        onEvent,
        signal,
      }),
    );
  },
  render({ folder, added, rows, kind, recall, columns, cut }, { colours }) {
    const path = shortPath(folder);
    const more = added === rows ? '' : `, ${formatCount(added)} of them new`;
    const how =
      kind === 'exact'
        ? 'every row is compared'
        : `approximate: finds ${formatPercent(recall ?? 0)} of the ten best rows`;
    const lines = [
      `${colours.green('✓')} ${path}: ${plural(rows, 'rows')}${more}, made of ${columns.join(' and ')}; ${how}`,
    ];
    if (cut > 0)
      lines.push(colours.yellow(`! ${plural(cut, 'texts')} longer than the model reads: only the beginning is found`));
    return [...lines, colours.dim(`  to search it: attune retrieve query ${path} --text "…"`)].join('\n');
  },
});
