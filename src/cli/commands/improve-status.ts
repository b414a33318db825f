import { defineCommand } from '../command.ts';
import { decisionLine } from '../../app/use-cases/text/improvement.ts';

export const command = defineCommand({
  section: 'Train',
  summary: 'say where the improvement of a model stands',
  arguments: [{ name: 'FILE', summary: 'as in `attune improve run`', required: true }],
  examples: ['improve status support.yaml'],
  async run(context) {
    const { improvementStatus } = await import('../../app/improve/improve.ts');
    const { decisions, held: _, ...status } = await improvementStatus(context.argument('FILE')!);
    return { ...status, last: decisions.at(-1) };
  },
  render({ model, cycle, state, last }, { colours }) {
    const head = `${model}, cycle ${cycle}: ${state}`;
    const next = 'attune improve run goes on, or says what it waits for';
    return [head, ...(last === undefined ? [] : [decisionLine(last, colours)]), colours.dim(next)].join('\n');
  },
});
