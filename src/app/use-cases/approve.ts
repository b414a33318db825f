import { formatDuration } from '../../base/format.ts';
import type { Approval } from '../access/approvals.ts';
import { defineUseCase } from './use-case.ts';

export interface Approvals {
  approved?: Approval;
  /** Calls still waiting for approval. */
  waiting: Approval[];
}

export const useCase = defineUseCase({
  section: 'System',
  summary: 'approve a call of an agent once; without an ID: list waiting calls',
  arguments: ({ optionalArgument }) => [optionalArgument('id', 'ID', 'the id that the agent was given')],
  effects: ['grants'],
  examples: ['approve', 'approve 4f1c09aa27b3'],
  run: ({ id }): Promise<Approvals> => approved(id),
  async inTerminal({ id }, console): Promise<Approvals> {
    const { askAboutApproval } = await import('../access/ask-approval.ts');
    if (id !== undefined) await askAboutApproval(id, console);
    return approved(id);
  },
  render({ approved: allowed, waiting }, { colours }) {
    const said = allowed === undefined ? [] : [`${colours.green('✓')} allowed once: ${allowed.command}`];
    const lines = waiting.map(
      ({ id, command, reasons, until }) =>
        `${colours.cyan(id)}  ${command}  ${colours.dim(`${reasons.join(', ')}; ${formatDuration((until - Date.now()) / 1000)} left`)}`,
    );
    if (allowed === undefined && waiting.length === 0) return 'no call is waiting for approval';
    return [...said, ...lines].join('\n');
  },
});

async function approved(id: string | undefined): Promise<Approvals> {
  const { approve, openApprovals } = await import('../access/approvals.ts');
  const allowed = id === undefined ? undefined : await approve(id);
  const waiting = openApprovals().filter(({ approvedBy }) => approvedBy === undefined);
  return { ...(allowed !== undefined && { approved: allowed }), waiting };
}
