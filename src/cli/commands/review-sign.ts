import { defineCommand } from '../command.ts';

export const command = defineCommand({
  section: 'Use',
  summary: 'approve or reject a reviewed result, with the hashes of what was seen',
  arguments: [{ name: 'PAIRS', summary: 'what was reviewed: a run, a comparison, a file of pairs', required: true }],
  options: [
    { name: '--by', value: 'NAME', summary: 'who decides', required: true },
    { name: '--decision', value: 'WORD', summary: 'approve or reject', required: true },
    { name: '--reason', value: 'TEXT', summary: 'why', required: true },
  ],
  examples: ['review sign runs/tickets --by "Anna Smith" --decision approve --reason "better on all queues"'],
  async run(context) {
    const [by, reason] = ['--by', '--reason'].map((name) => context.option(name)!);
    const decision = context.choice('--decision', ['approve', 'reject']);
    const { signReview } = await import('../../app/review/review.ts');
    return signReview(context.argument('PAIRS')!, { by, decision, reason });
  },
  render: ({ number, by, decision, seen, hash }, { colours }) => {
    const files = Object.entries(seen).map(([name, { sha256 }]) => `  ${name}  ${colours.dim(sha256.slice(0, 16))}`);
    const said = decision === 'approve' ? colours.green('approved') : colours.red('rejected');
    return [`sign-off ${number + 1}: ${said} by ${by}`, ...files, `hash ${hash}`].join('\n');
  },
});
