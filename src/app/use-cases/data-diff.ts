import type { DataDiff } from '../../preparation/index.ts';
import { defineUseCase } from './use-case.ts';

export const useCase = defineUseCase({
  section: 'Data',
  summary: 'compare two data sets: rows, steps, sources',
  arguments: ({ argument }) => [
    argument('before', 'BEFORE', 'folder of a data set'),
    argument('after', 'AFTER', 'folder of another'),
  ],
  options: ({ text }) => ({
    key: text('COLUMN', 'column that identifies a row, so that edited rows count as changed'),
  }),
  effects: [],
  examples: ['data diff data/support-1 data/support-2 --key id'],
  async run({ before, after, key }): Promise<DataDiff> {
    const { dataDiff } = await import('../data-pipeline.ts');
    return dataDiff(before, after, { key });
  },
  async render(diff, terminal) {
    const { describeDiff } = await import('./text/data-diff.ts');
    return describeDiff(diff, terminal);
  },
});
