import { formatBytes, formatCount, formatNumber, plural } from '../../base/format.ts';
import { defineCommand } from '../command.ts';
import { shortPath } from '../../terminal/short-path.ts';
import { withProgress } from '../../terminal/with-progress.ts';

export const command = defineCommand({
  section: 'Use',
  summary: 'rebuild the search index of a recommender',
  arguments: [{ name: 'MODEL', summary: "a run's or a model's folder: sasrec, two_tower or bpr_mf", required: true }],
  examples: ['models index runs/shop'],
  async run(context) {
    const { indexItems } = await import('../../app/recommend.ts');
    return withProgress(context, (onEvent) => indexItems(context.argument('MODEL')!, onEvent));
  },
  render: ({ folder, items, bytes, clusters, probes, recall }, { colours }) => {
    const how =
      clusters === undefined
        ? 'every one is compared'
        : `${probes} of ${formatCount(clusters)} clusters are looked into, which finds ${formatNumber(100 * recall!, 3)} % of the ten best`;
    return `${colours.green('✓')} ${shortPath(folder)}: ${plural(items, 'items')}, ${formatBytes(bytes)}; ${how}`;
  },
});
