import { defineUseCase } from './use-case.ts';
import type { RunSummary } from '../../store/run-summary.ts';

export const useCase = defineUseCase({
  section: 'Train',
  summary: 'follow a run in another process',
  arguments: ({ argument }) => [argument('run', 'RUN', "a run's folder, name or id")],
  effects: [],
  async run({ run }, call): Promise<RunSummary> {
    const { attachRun } = await import('../find-runs.ts');
    return attachRun(run, call);
  },
  async inTerminal({ run }, console): Promise<RunSummary> {
    const { attachRun } = await import('../find-runs.ts');
    const signal = console.stopSignal('the run continues');
    const progress = console.progress();
    try {
      return await attachRun(run, { onEvent: progress.show, signal });
    } finally {
      // The open phase is not marked as completed, whether the run was left or has ended.
      progress.close();
    }
  },
});
