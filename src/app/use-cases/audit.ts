import { formatTime } from '../../base/format.ts';
import type { AuditEntry } from '../../registry/index.ts';
import { defineUseCase } from './use-case.ts';

export const useCase = defineUseCase({
  section: 'Use',
  summary: 'list who did what to registered models and jobs, and check that nobody changed the list',
  arguments: ({ optionalArgument }) => [
    optionalArgument('subject', 'SUBJECT', 'a model, tickets@3 or a job; everything unless given'),
  ],
  options: ({ count }) => ({ limit: count('N', 'so many of the newest entries') }),
  effects: [],
  examples: ['audit', 'audit tickets --limit 20'],
  async run(filter): Promise<AuditEntry[]> {
    const { auditLog } = await import('../registry/audit-log.ts');
    return auditLog(filter);
  },
  render: (entries) =>
    entries.length === 0
      ? 'nothing yet'
      : entries
          .map(({ at, by, action, subject }) => `${formatTime(at)}  ${action.padEnd(22)}${subject}  by ${by}`)
          .join('\n'),
});
