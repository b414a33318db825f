import { formatCount, plural } from '../../base/format.ts';
import { shortPath } from '../terminal/short-path.ts';
import { defineUseCase } from './use-case.ts';
import type { JobResult } from '../../jobs/worker/index.ts';

export type AddedItems = JobResult<'add-items'>;

export const useCase = defineUseCase({
  section: 'Use',
  summary: 'add items to a two_tower model, scored by their features',
  arguments: ({ argument }) => [argument('model', 'MODEL', 'folder of a run or model')],
  options: ({ required, text }) => ({
    items: required(text('FILE', 'rows of item, text and features, as for models create')),
    output: required(text('FOLDER', 'output folder', { aliases: ['--to'] })),
  }),
  effects: ['writes-files', 'computes'],
  examples: ['models add-items runs/shop --items new-items.jsonl --output shop-now'],
  async run({ model, ...options }, call): Promise<AddedItems> {
    const { addItems } = await import('../recommend.ts');
    return addItems(model, { ...options, ...call });
  },
  render: ({ folder, added, described, items, cut }, { colours }) =>
    [
      `${colours.green('✓')} ${shortPath(folder)}: ${plural(added, 'items')} more, ${formatCount(items)} in all`,
      ...(described > 0 ? [`  ${formatCount(described)} existing ones have new descriptions`] : []),
      ...(cut > 0 ? [colours.yellow(`! ${plural(cut, 'texts')} are cut: the model only reads the beginning`)] : []),
    ].join('\n'),
});
