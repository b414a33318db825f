import type { StepDescription } from '../describe-steps.ts';
import { formatFacts } from '../terminal/format-table.ts';
import { defineUseCase } from './use-case.ts';

export const useCase = defineUseCase({
  section: 'Data',
  summary: 'list the steps of `data prepare` with their options',
  effects: [],
  examples: ['data steps'],
  async run(): Promise<StepDescription[]> {
    const { describeSteps } = await import('../describe-steps.ts');
    return describeSteps();
  },
  render: (described, { colours }) =>
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
