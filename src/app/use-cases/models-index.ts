import { formatBytes, formatCount, formatNumber, plural } from '../../base/format.ts';
import { shortPath } from '../terminal/short-path.ts';
import { defineUseCase } from './use-case.ts';
import type { JobResult } from '../../jobs/worker/index.ts';

export type IndexedItems = JobResult<'index-items'>;

export const useCase = defineUseCase({
  section: 'Use',
  summary: 'rebuild the search index of a recommender',
  arguments: ({ argument }) => [argument('model', 'MODEL', 'folder of a run or model: sasrec, two_tower or bpr_mf')],
  effects: ['writes-files', 'computes'],
  examples: ['models index runs/shop'],
  async run({ model }, call): Promise<IndexedItems> {
    const { indexItems } = await import('../recommend.ts');
    return indexItems(model, call);
  },
  render: ({ folder, items, bytes, clusters, probes, recall }, { colours }) => {
    const how =
      clusters === undefined
        ? 'all items are compared'
        : `${probes} of ${formatCount(clusters)} clusters are searched, which finds ${formatNumber(100 * recall!, 3)} ` +
          '% of the ten best';
    return `${colours.green('✓')} ${shortPath(folder)}: ${plural(items, 'items')}, ${formatBytes(bytes)}; ${how}`;
  },
});
