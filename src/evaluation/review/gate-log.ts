/** Log of the gate's decisions on a run, with times and file hashes: a hash chain in the run's folder. */
import { AttuneError } from '../../base/errors.ts';
import { localActor } from '../../base/local-actor.ts';
import { appendLink, readChain, type Link } from './chain.ts';
import type { GateCheck } from './gate-checks.ts';
import { reviewPlaces } from './places.ts';
import { seenFiles, type SeenFile } from './seen-files.ts';

export interface AuditEntry extends Link {
  action: 'gate';
  /** Local user account. */
  by: string;
  isPassed: boolean;
  checks: readonly Pick<GateCheck, 'name' | 'outcome' | 'message'>[];
  /** By name: length and hash of each file at that time. */
  seen: Record<string, SeenFile>;
}

/** @throws AttuneError E_AUDIT_CHANGED, with exit code 3, if an older record was changed */
export function recordGate(folder: string, checks: readonly GateCheck[], isPassed: boolean): AuditEntry {
  const { audit, evidence, log, signOffs } = reviewPlaces(folder);
  const { records, problems } = readAuditLog(folder);
  if (problems.length > 0) {
    throw new AttuneError('E_AUDIT_CHANGED', {
      what: `The audit log ${audit} has been changed`,
      problems,
      fix: 'restore it from a copy, or move it away',
      exitCode: 3,
    });
  }
  return appendLink(audit, records, {
    action: 'gate' as const,
    by: localActor(),
    isPassed,
    checks: checks.map(({ name, outcome, message }) => ({ name, outcome, message })),
    seen: seenFiles({ ...evidence, review: log, 'sign-offs': signOffs }),
  });
}

export function readAuditLog(folder: string) {
  const isBody = ({ checks }: Partial<AuditEntry>) => Array.isArray(checks);
  return readChain<AuditEntry>(reviewPlaces(folder).audit, { isBody, what: 'audit entry' });
}
