import { defineUseCase } from './use-case.ts';
import type { RunSummary } from '../../store/run-summary.ts';

export const useCase = defineUseCase({
  section: 'Train',
  summary: 'save a run and stop it',
  arguments: ({ argument }) => [argument('run', 'RUN', "a run's folder, name or id")],
  options: ({ flag }) => ({ kill: flag('stop at once; progress after its last checkpoint is lost') }),
  effects: ['writes-runs'],
  async run({ run, ...options }): Promise<RunSummary> {
    const { stopRun } = await import('../find-runs.ts');
    return stopRun(run, options);
  },
  render: async (run, terminal) => (await import('./text/run.ts')).describeRun(run, terminal),
});
