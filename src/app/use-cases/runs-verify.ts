import { defineUseCase } from './use-case.ts';

export interface Verification {
  how: 'scored' | 'retrained';
  ok: boolean;
  /** Comparisons of recorded and reproduced values. */
  compared: { name: string; recorded: string; found: string; equal: boolean }[];
}

export const useCase = defineUseCase({
  section: 'Train',
  summary: 'check that a run reproduces its recorded results',
  arguments: ({ argument }) => [argument('run', 'RUN', "a run's folder, name or id")],
  options: ({ flag }) => ({ retrain: flag('train it again and compare bytes, instead of scoring it again') }),
  effects: ['computes'],
  stopping: 'stopping',
  async run({ run, ...options }, call): Promise<Verification> {
    const { verifyRun } = await import('../verify.ts');
    return verifyRun(run, { ...options, ...call });
  },
  render: ({ how, compared }, { colours }) => {
    const lines = compared.map(({ name, found }) => `  ${colours.green('✓')} ${name}  ${found.slice(0, 16)}`);
    return [`${colours.green('✓')} ${how === 'scored' ? 'scored again' : 'trained again'}: as recorded`, ...lines].join(
      '\n',
    );
  },
});
