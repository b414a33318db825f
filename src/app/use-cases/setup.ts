import { featureNames } from '../../base/optional-packages.ts';
import type { MachineSetup } from '../setup.ts';
import { defineUseCase } from './use-case.ts';

/** bin/attune runs the same script itself, on any Node version; this command is for users who start main.js directly. */
export const useCase = defineUseCase({
  section: 'Start',
  summary: 'prepare this machine: libtorch, a compiler, the engine',
  options: ({ flag, choices }) => ({
    yes: flag('install what is missing without asking'),
    with: choices(
      featureNames,
      'FEATURE',
      `install packages that few need: ${featureNames.join(', ')}; can be repeated`,
    ),
  }),
  effects: ['fetches', 'writes-files', 'computes'],
  examples: ['setup', 'setup --yes --json', 'setup --with ocr --with s3'],
  async run({ yes, with: features }, { signal }): Promise<MachineSetup> {
    const { setUp } = await import('../setup.ts');
    return setUp({ yes, features, signal });
  },
});
