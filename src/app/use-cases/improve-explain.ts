import { plural } from '../../base/format.ts';
import type { ImprovementStatus } from '../improve/improve.ts';
import { decisionLine } from './text/improvement.ts';
import { defineUseCase } from './use-case.ts';

const MOST_SHOWN = 10;

export const useCase = defineUseCase({
  section: 'Train',
  summary: 'list every decision of a loop with its reason, and held rows',
  arguments: ({ argument }) => [argument('file', 'FILE', 'as in `attune improve run`')],
  effects: [],
  examples: ['improve explain support.yaml'],
  async run({ file }): Promise<ImprovementStatus> {
    const { improvementStatus } = await import('../improve/improve.ts');
    return improvementStatus(file);
  },
  render({ decisions, held, cycle }, { colours }) {
    if (decisions.length === 0) return 'No decisions yet';
    const lines = decisions.map((decision) => decisionLine(decision, colours));
    const rows = held[cycle] ?? [];
    if (rows.length === 0) return lines.join('\n');
    const shown = rows.slice(0, MOST_SHOWN).map(({ id, check, reason }) => `  ${colours.dim(id)} ${check}: ${reason}`);
    const rest =
      rows.length > MOST_SHOWN ? [colours.dim(`  and ${rows.length - MOST_SHOWN} more: --json has them all`)] : [];
    return [...lines, '', `${plural(rows.length, 'rows')} of this cycle were held:`, ...shown, ...rest].join('\n');
  },
});
