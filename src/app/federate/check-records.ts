import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { AttuneError } from '../../base/errors.ts';
import { crossCheck, readAudit, type AuditRecord } from '../../federation/audit-chain.ts';

export interface Verified {
  records: number;
  /** Number of weight exchanges that both sides recorded; absent if only one side is checked. */
  events?: number;
}

/** @throws AttuneError E_FEDERATED_AUDIT with all differences, exit code 3; E_FILE_MISSING */
export function verifyFederation(folder: string, other?: string): Verified {
  const own = recordsOf(folder);
  if (other === undefined) return { records: own.length };
  const theirs = recordsOf(other);
  const [coordinator, site] = isCoordinator(folder) ? [own, theirs] : [theirs, own];
  const name = site.find((record) => record.event === 'asked')?.site ?? '';
  const problems = crossCheck(coordinator, site, name);
  if (problems.length > 0) throw differing(`${folder} and ${other}`, problems);
  return {
    records: own.length + theirs.length,
    events: site.filter(({ event }) => event === 'asked' || event === 'answered').length,
  };
}

function recordsOf(folder: string): AuditRecord[] {
  const file = join(folder, 'audit.jsonl');
  if (!existsSync(file))
    throw new AttuneError('E_FILE_MISSING', {
      what: `${folder} has no records of a federation`,
      expected: 'audit.jsonl',
      fix: 'give the folder of a coordinator or a site',
    });
  const { records, problems } = readAudit(file);
  if (problems.length > 0) throw differing(folder, problems);
  return records;
}

function isCoordinator(folder: string): boolean {
  return existsSync(join(folder, 'coordinator.key'));
}

function differing(what: string, problems: AttuneError['problems']): AttuneError {
  return new AttuneError('E_FEDERATED_AUDIT', {
    what: `The records of ${what} were changed or do not agree`,
    problems,
    exitCode: 3,
  });
}
