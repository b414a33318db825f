import type { ImprovementStatus } from '../improve/improve.ts';
import { decisionLine } from './text/improvement.ts';
import { defineUseCase } from './use-case.ts';
import type { Decision } from '../improve/improvement-decisions.ts';

export const useCase = defineUseCase({
  section: 'Train',
  summary: "show the state of a model's improvement",
  arguments: ({ argument }) => [argument('file', 'FILE', 'as in `attune improve run`')],
  effects: [],
  examples: ['improve status support.yaml'],
  async run({ file }): Promise<Omit<ImprovementStatus, 'decisions' | 'held'> & { last?: Decision }> {
    const { improvementStatus } = await import('../improve/improve.ts');
    const { decisions, held: _, ...status } = await improvementStatus(file);
    return { ...status, last: decisions.at(-1) };
  },
  render({ model, cycle, state, last }, { colours }) {
    const head = `${model}, cycle ${cycle}: ${state}`;
    const next = 'attune improve run continues, or states what it is waiting for';
    return [head, ...(last === undefined ? [] : [decisionLine(last, colours)]), colours.dim(next)].join('\n');
  },
});
