import type { MachineSetup } from '../setup.ts';
import { defineUseCase } from './use-case.ts';

/** bin/attune runs the same script itself, on any Node version; this command is for users who start main.js directly. */
export const useCase = defineUseCase({
  section: 'Start',
  summary: 'prepare this machine: libtorch, a compiler, the engine',
  options: ({ flag }) => ({ yes: flag('install what is missing without asking') }),
  effects: ['fetches', 'writes-files', 'computes'],
  examples: ['setup', 'setup --yes --json'],
  async run({ yes }, { signal }): Promise<MachineSetup> {
    const { setUp } = await import('../setup.ts');
    return setUp({ yes, signal });
  },
});
