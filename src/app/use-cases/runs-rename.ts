import { shortPath } from '../terminal/short-path.ts';
import { defineUseCase } from './use-case.ts';
import type { RunSummary } from '../../store/run-summary.ts';

export const useCase = defineUseCase({
  section: 'Train',
  summary: 'rename a run',
  arguments: ({ argument }) => [
    argument('run', 'RUN', "a run's folder, name or id"),
    argument('name', 'NEW', "the folder's new name, in the same place"),
  ],
  effects: ['writes-runs'],
  examples: ['runs rename runs/tickets-2 tickets-low-rate'],
  async run({ run, name }): Promise<RunSummary> {
    const { renameRunTo } = await import('../tidy-runs.ts');
    return renameRunTo(run, name);
  },
  render: ({ folder }, { colours }) => `${colours.green('✓')} ${shortPath(folder)}`,
});
