import { formatTime } from '../../base/format.ts';
import { defineCommand } from '../command.ts';

export const command = defineCommand({
  section: 'Use',
  summary: 'list who did what to registered models and jobs, and check that nobody changed the list',
  arguments: [{ name: 'SUBJECT', summary: 'a model, tickets@3 or a job; everything unless given' }],
  options: [{ name: '--limit', value: 'N', summary: 'so many of the newest entries' }],
  examples: ['audit', 'audit tickets --limit 20'],
  async run(context) {
    const { auditLog } = await import('../../app/registry/audit-log.ts');
    return auditLog({ subject: context.argument('SUBJECT'), limit: context.count('--limit') });
  },
  render: (entries) =>
    entries.length === 0
      ? 'nothing yet'
      : entries
          .map(({ at, by, action, subject }) => `${formatTime(at)}  ${action.padEnd(22)}${subject}  by ${by}`)
          .join('\n'),
});
