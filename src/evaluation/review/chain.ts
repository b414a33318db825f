/**
 * Append-only files of hash-chained records: each record holds its own hash and that of the previous one, so that any
 * changed byte is detected. A chain cannot reveal that its last records were removed; keep the newest hash elsewhere
 * for that.
 */
import { existsSync, readFileSync } from 'node:fs';
import type { Problem } from '../../base/errors.ts';
import { sha256 } from '../../files/hash.ts';
import { parseJson } from '../../files/json.ts';
import { JsonLinesWriter } from '../../store/json-lines.ts';

/** Fields of every record in addition to its body. */
export interface Link {
  /** Sequence number, from 0. */
  number: number;
  /** ISO 8601. */
  at: string;
  /** Hash of the previous record; empty for the first. */
  previous: string;
  /** Hash of all fields above. */
  hash: string;
}

/** Appends a record after the given ones. */
export function appendLink<Body extends object>(file: string, before: readonly Link[], body: Body): Body & Link {
  const at = new Date().toISOString();
  const record = { number: before.length, at, ...body, previous: before.at(-1)?.hash ?? '' };
  const whole = { ...record, hash: hashOf(record) };
  const writer = new JsonLinesWriter(file);
  try {
    writer.append(whole);
  } finally {
    writer.close();
  }
  return whole;
}

/** `isBody` validates a record's body; `what` names the kind of record for people. */
export function readChain<Record extends Link>(
  file: string,
  { isBody, what }: { isBody: (record: Partial<Record>) => boolean; what: string },
): { records: Record[]; problems: Problem[] } {
  if (!existsSync(file)) return { records: [], problems: [] };
  const lines = readFileSync(file, 'utf8').split('\n');
  const problems: Problem[] = [];
  if (lines.pop() !== '') problems.push({ file, line: lines.length + 1, message: 'the last record is truncated' });
  const records: Record[] = [];
  let previous = '';
  for (const [number, line] of lines.entries()) {
    const record = recordOf<Record>(line, isBody);
    const fault = record === undefined ? `is not a valid ${what}` : linkFault(record, { line, number, previous });
    if (fault !== undefined) problems.push({ file, line: number + 1, message: fault });
    if (record === undefined) continue;
    previous = record.hash;
    records.push(record);
  }
  return { records, problems };
}

function recordOf<Record extends Link>(line: string, isBody: (record: Partial<Record>) => boolean): Record | undefined {
  try {
    const value = parseJson<Partial<Record> | null>(line);
    return value !== null && typeof value.hash === 'string' && isBody(value) ? (value as Record) : undefined;
  } catch {
    return undefined;
  }
}

function linkFault(
  { hash, ...record }: Link,
  { line, number, previous }: { line: string; number: number; previous: string },
): string | undefined {
  // Compares every byte of the line, not only the values.
  if (hash !== hashOf(record) || line !== JSON.stringify({ ...record, hash })) return 'differs from what was signed';
  if (record.previous !== previous || record.number !== number) return 'does not follow the record before it';
  return undefined;
}

function hashOf(record: Omit<Link, 'hash'>): string {
  return sha256(JSON.stringify(record));
}
