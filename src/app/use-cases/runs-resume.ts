import type { FinishedBefore } from '../resume-run.ts';
import { trainingFields } from './shared/training-fields.ts';
import { defineUseCase, resultType } from './use-case.ts';
import type { DetachedRun, Trained } from '../run.ts';

export const useCase = defineUseCase({
  section: 'Train',
  summary: 'resume a stopped run from its newest checkpoint',
  arguments: ({ argument }) => [argument('run', 'RUN', "a run's folder, name or id")],
  options: trainingFields,
  effects: ['computes', 'writes-runs'],
  resultWith: { detach: resultType<DetachedRun>() },
  async run({ run, ...options }, call): Promise<Trained | FinishedBefore> {
    const [{ resumeRun }, { startTraining }] = await Promise.all([import('../resume-run.ts'), import('../train.ts')]);
    return resumeRun(run, (recipe) => startTraining(recipe, { ...options, ...call, resume: true }));
  },
  async inTerminal({ run, ...options }, console): Promise<Trained | FinishedBefore> {
    const [{ resumeRun }, { trainInTerminal }] = await Promise.all([
      import('../resume-run.ts'),
      import('./shared/train-in-terminal.ts'),
    ]);
    return resumeRun(run, (recipe) => trainInTerminal(console, { recipe, options: { ...options, resume: true } }));
  },
  async render(result, terminal) {
    const { describeFinished, describeOutcome } = await import('./text/outcome.ts');
    return result.outcome === 'finished-before'
      ? describeFinished(result, terminal)
      : describeOutcome(result, terminal);
  },
});
