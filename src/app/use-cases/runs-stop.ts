import { defineUseCase } from './use-case.ts';
import type { RunSummary } from '../../store/run-summary.ts';

export const useCase = defineUseCase({
  section: 'Train',
  summary: 'save a run and stop it',
  arguments: ({ argument }) => [argument('run', 'RUN', 'its folder, name or id')],
  options: ({ flag }) => ({ kill: flag('end it at once; everything after its last checkpoint is lost') }),
  effects: ['writes-runs'],
  async run({ run, ...options }): Promise<RunSummary> {
    const { stopRun } = await import('../find-runs.ts');
    return stopRun(run, options);
  },
  render: async (run, terminal) => (await import('./text/run.ts')).describeRun(run, terminal),
});
