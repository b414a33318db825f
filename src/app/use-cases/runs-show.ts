import type { RunDetails } from '../find-runs.ts';
import { defineUseCase } from './use-case.ts';

export const useCase = defineUseCase({
  section: 'Train',
  summary: 'show the results of a run',
  arguments: ({ argument }) => [argument('run', 'RUN', "a run's folder, name or id")],
  effects: [],
  examples: ['runs show runs/tickets'],
  async run({ run }): Promise<RunDetails> {
    const { showRun } = await import('../find-runs.ts');
    return showRun(run);
  },
  render: async (run, terminal) => (await import('./text/run.ts')).describeRun(run, terminal),
});
