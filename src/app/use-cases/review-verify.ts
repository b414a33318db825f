import type { SignOffCheck } from '../../evaluation/review/sign-offs.ts';
import { defineUseCase } from './use-case.ts';

export const useCase = defineUseCase({
  section: 'Use',
  summary: 'check that sign-offs and the signed files are unchanged',
  arguments: ({ argument }) => [argument('pairs', 'PAIRS', 'what was signed')],
  effects: [],
  async run({ pairs }): Promise<SignOffCheck> {
    const { verifyReview } = await import('../review/review.ts');
    return verifyReview(pairs);
  },
  render: ({ signOffs, hasNewChoices }, { colours }) => {
    const lines = signOffs.map(({ at, by, decision, reason, hash }) => {
      return `${colours.green('✓')} ${decision} by ${by}, ${at}: ${reason}  ${colours.dim(hash.slice(0, 16))}`;
    });
    return [...lines, ...(hasNewChoices ? [colours.dim('choices were added after the last sign-off')] : [])].join('\n');
  },
});
