import { defineCommand } from '../command.ts';

export const command = defineCommand({
  section: 'Use',
  summary: 'check that sign-offs and the signed files are unchanged',
  arguments: [{ name: 'PAIRS', summary: 'what was signed', required: true }],
  async run(context) {
    const { verifyReview } = await import('../../app/review/review.ts');
    return verifyReview(context.argument('PAIRS')!);
  },
  render: ({ signOffs, hasNewChoices }, { colours }) => {
    const lines = signOffs.map(({ at, by, decision, reason, hash }) => {
      return `${colours.green('✓')} ${decision} by ${by}, ${at}: ${reason}  ${colours.dim(hash.slice(0, 16))}`;
    });
    return [...lines, ...(hasNewChoices ? [colours.dim('choices were added since the last of them')] : [])].join('\n');
  },
});
