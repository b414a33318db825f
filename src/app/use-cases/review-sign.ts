import type { SignOff } from '../../evaluation/review/sign-offs.ts';
import { defineUseCase } from './use-case.ts';

export const useCase = defineUseCase({
  section: 'Use',
  summary: 'approve or reject a reviewed result, with the hashes of what was seen',
  arguments: ({ argument }) => [argument('pairs', 'PAIRS', 'what was reviewed: a run, a comparison, a file of pairs')],
  options: ({ text, choice, required }) => ({
    by: required(text('NAME', 'name of the person who decides')),
    decision: required(choice(['approve', 'reject'], 'WORD', 'approve or reject')),
    reason: required(text('TEXT', 'why')),
  }),
  effects: ['judges'],
  examples: ['review sign runs/tickets --by "Anna Smith" --decision approve --reason "better on all queues"'],
  async run({ pairs, ...options }): Promise<SignOff> {
    const { signReview } = await import('../review/review.ts');
    return signReview(pairs, options);
  },
  render({ number, by, decision, seen, hash }, { colours }) {
    const files = Object.entries(seen).map(([name, { sha256 }]) => `  ${name}  ${colours.dim(sha256.slice(0, 16))}`);
    const said = decision === 'approve' ? colours.green('approved') : colours.red('rejected');
    return [`sign-off ${number + 1}: ${said} by ${by}`, ...files, `hash ${hash}`].join('\n');
  },
});
