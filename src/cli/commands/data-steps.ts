import type { StepDescription } from '../../app/describe-steps.ts';
import { defineCommand } from '../command.ts';
import { formatFacts } from '../../terminal/table.ts';

export const command = defineCommand({
  section: 'Data',
  summary: 'list the steps that `data prepare` knows, with their options',
  examples: ['data steps'],
  async run() {
    const { describeSteps } = await import('../../app/describe-steps.ts');
    return describeSteps();
  },
  render: (described: StepDescription[], { colours }) =>
    described
      .map(({ name, summary, takes, options }) => {
        const facts = options.map(({ name: option, description, defaultValue }) => {
          const shown =
            defaultValue === undefined ? '(needed)' : defaultValue === null ? '' : `(${JSON.stringify(defaultValue)})`;
          return [option, `${description} ${shown}`.trimEnd()] as const;
        });
        return `${colours.bold(name)}  ${summary} ${colours.dim(`(takes: ${takes.join(', ')})`)}\n${formatFacts(facts, colours)}`;
      })
      .join('\n\n'),
});
