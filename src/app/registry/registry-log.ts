import { AttuneError } from '../../base/errors.ts';
import { readAudit, withRegistry, type AuditEntry, type AuditFilter } from '../../store/registry/index.ts';

/**
 * Log of actions on models and jobs with actor, time and hashes, newest first.
 * @throws AttuneError E_AUDIT_CHANGED, with exit code 3, if an entry was modified
 */
export async function auditLog(filter: AuditFilter = {}): Promise<AuditEntry[]> {
  const { entries, changed } = await withRegistry((registry) => readAudit(registry, filter));
  if (changed.length === 0) return entries;
  throw new AttuneError('E_AUDIT_CHANGED', {
    what: 'The audit log has been changed',
    problems: changed.map((id) => ({ field: `entry ${id}`, message: 'was changed, or an earlier entry was removed' })),
    fix: 'compare the registry with a backup',
    exitCode: 3,
  });
}
