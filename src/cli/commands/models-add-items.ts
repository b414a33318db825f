import { formatCount, plural } from '../../base/format.ts';
import { defineCommand } from '../command.ts';
import { shortPath } from '../../terminal/short-path.ts';
import { withProgress } from '../../terminal/with-progress.ts';

export const command = defineCommand({
  section: 'Use',
  summary: 'add items to a two_tower model, scored by their features',
  arguments: [{ name: 'MODEL', summary: "a run's or a model's folder", required: true }],
  options: [
    {
      name: '--items',
      value: 'FILE',
      required: true,
      summary: 'rows of item, text and features, as models create reads them',
    },
    { name: '--output', aliases: ['--to'], value: 'FOLDER', required: true, summary: 'the folder to write' },
  ],
  examples: ['models add-items runs/shop --items new-items.jsonl --output shop-now'],
  async run(context) {
    const { addItems } = await import('../../app/recommend.ts');
    const [items, folder] = ['--items', '--output'].map((name) => context.option(name)!);
    return withProgress(context, (onEvent) => addItems(context.argument('MODEL')!, { items, folder, onEvent }));
  },
  render: ({ folder, added, described, items, cut }, { colours }) =>
    [
      `${colours.green('✓')} ${shortPath(folder)}: ${plural(added, 'items')} more, ${formatCount(items)} in all`,
      ...(described > 0 ? [`  ${formatCount(described)} that it knew were described anew`] : []),
      ...(cut > 0
        ? [colours.yellow(`! of ${plural(cut, 'texts')} only the beginning is read: the model has no room for more`)]
        : []),
    ].join('\n'),
});
