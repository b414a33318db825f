import { formatTime } from '../../base/format.ts';
import type { AuditEntry } from '../../store/registry/index.ts';
import { defineUseCase } from './use-case.ts';

export const useCase = defineUseCase({
  section: 'Use',
  summary: 'show the audit log of registered models and jobs, and verify it',
  arguments: ({ optionalArgument }) => [
    optionalArgument('subject', 'SUBJECT', 'a model, tickets@3 or a job (default: everything)'),
  ],
  options: ({ count }) => ({ limit: count('N', 'newest entries only') }),
  effects: [],
  examples: ['audit', 'audit tickets --limit 20'],
  async run(filter): Promise<AuditEntry[]> {
    const { auditLog } = await import('../registry/registry-log.ts');
    return auditLog(filter);
  },
  render: (entries) =>
    entries.length === 0
      ? 'no entries yet'
      : entries
          .map(({ at, by, action, subject }) => `${formatTime(at)}  ${action.padEnd(22)}${subject}  by ${by}`)
          .join('\n'),
});
