import { defineUseCase } from './use-case.ts';
import type { RunSummary } from '../../store/run-summary.ts';

export const useCase = defineUseCase({
  section: 'Train',
  summary: 'follow a run that another process trains',
  arguments: ({ argument }) => [argument('run', 'RUN', 'its folder, name or id')],
  effects: [],
  async run({ run }, call): Promise<RunSummary> {
    const { attachRun } = await import('../find-runs.ts');
    return attachRun(run, call);
  },
  async inTerminal({ run }, console): Promise<RunSummary> {
    const { attachRun } = await import('../find-runs.ts');
    const signal = console.stopSignal('the run goes on');
    const progress = console.progress();
    try {
      return await attachRun(run, { onEvent: progress.show, signal });
    } finally {
      // Left or ended, a phase that is open is none that is done.
      progress.close();
    }
  },
});
