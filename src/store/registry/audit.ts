/** Audit log: actor, action, time and hashes. Append-only; each entry holds the hash of the previous one. */
import type { Selectable } from 'kysely';
import { sha256 } from '../../files/hash.ts';
import { parseJson } from '../../files/json.ts';
import type { Registry, RegistryTransaction } from './registry-database.ts';
import type { AuditTable } from './tables.ts';

export interface AuditEntry {
  id: number;
  /** Milliseconds since the epoch. */
  at: number;
  /** A user of this machine, or `key:NAME`; `server` for actions of a server itself. */
  by: string;
  action: string;
  subject: string;
  hashes: Record<string, string>;
  details: Record<string, unknown>;
}

export interface AuditFilter {
  /** Only entries about this subject: a model with its versions, a job, a file. */
  subject?: string;
  limit?: number;
}

export type NewAuditEntry = Pick<AuditEntry, 'by' | 'action' | 'subject'> &
  Partial<Pick<AuditEntry, 'at' | 'hashes' | 'details'>>;

/** Actor of an API request: the key's name, or `api` on a server without keys. */
export function keyActor(owner: string): string {
  return owner === '' ? 'api' : `key:${owner}`;
}

/** Adds an entry in the transaction that it describes. */
export async function recordAction(transaction: RegistryTransaction, entry: NewAuditEntry): Promise<void> {
  const { at = Date.now(), by, action, subject, hashes = {}, details = {} } = entry;
  const last = await transaction.selectFrom('audit').select('hash').orderBy('id', 'desc').limit(1).executeTakeFirst();
  const row = {
    at,
    by,
    action,
    subject,
    hashes: JSON.stringify(hashes),
    details: JSON.stringify(details),
    previous: last?.hash ?? '',
  };
  await transaction
    .insertInto('audit')
    .values({ ...row, hash: hashOf(row) })
    .execute();
}

function hashOf(row: Omit<AuditTable, 'id' | 'hash'>): string {
  const { at, by, action, subject, hashes, details, previous } = row;
  return sha256(JSON.stringify([at, by, action, subject, hashes, details, previous]));
}

/** Entries, newest first, and the ids of those that were tampered with. */
export async function readAudit(
  registry: Registry,
  { subject, limit }: AuditFilter = {},
): Promise<{ entries: AuditEntry[]; changed: number[] }> {
  const rows = await registry.selectFrom('audit').selectAll().orderBy('id').execute();
  const changed = rows.filter(
    (row, i) => row.hash !== hashOf(row) || row.previous !== (i === 0 ? '' : rows[i - 1].hash),
  );
  const wanted = rows.filter((row) => subject === undefined || isAbout(row, subject)).toReversed();
  return { entries: wanted.slice(0, limit).map(entryOf), changed: changed.map(({ id }) => id) };
}

function isAbout(row: Selectable<AuditTable>, subject: string): boolean {
  return row.subject === subject || row.subject.startsWith(`${subject}@`);
}

function entryOf(row: Selectable<AuditTable>): AuditEntry {
  const { id, at, by, action, subject } = row;
  const [hashes, details] = [parseJson(row.hashes), parseJson(row.details)];
  return {
    id,
    at,
    by,
    action,
    subject,
    hashes: hashes as AuditEntry['hashes'],
    details: details as AuditEntry['details'],
  };
}
