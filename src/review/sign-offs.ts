/**
 * Who approved what: a file of records that is only ever added to. Each record holds the hashes of what was seen and of
 * the record before it, so that a change of any byte of an older record, or of what was seen, is found. What a chain cannot
 * show is that its last records were cut off: keep the newest hash elsewhere for that.
 */
import { closeSync, existsSync, openSync, readFileSync, readSync, statSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { AttuneError, type Problem } from '../base/errors.ts';
import { table } from '../base/table.ts';
import { sha256 } from '../files/hash.ts';
import { parseJson } from '../files/json.ts';
import { JsonLinesWriter } from '../store/json-lines.ts';
import { reviewPlaces, type ReviewPlaces } from './places.ts';

export interface SignOff {
  /** From 0. */
  number: number;
  /** ISO 8601. */
  at: string;
  by: string;
  decision: 'approve' | 'reject';
  reason: string;
  /** By name: as much of each file as there was. */
  seen: Record<string, SeenFile>;
  /** Of the record before; empty of the first. */
  previous: string;
  /** Of all the above. */
  hash: string;
}

interface SeenFile {
  bytes: number;
  sha256: string;
}

export interface SignOffCheck {
  file: string;
  signOffs: readonly SignOff[];
  /** What is wrong; empty where all is as it was signed. */
  problems: readonly Problem[];
  /** The log of choices has grown since the last record. */
  hasNewChoices: boolean;
}

const LOG = 'review';

/** Adds a record about what there is now. @throws AttuneError E_SIGN_OFFS_CHANGED where the file is not as it was written */
export function signOff(target: string, given: Pick<SignOff, 'by' | 'decision' | 'reason'>): SignOff {
  const places = reviewPlaces(target);
  const seen = seenFiles(places);
  if (Object.keys(seen).length === 0) {
    throw new AttuneError('E_NOTHING_TO_SIGN', {
      what: `${target} has nothing that could be approved`,
      expected: 'a file of pairs, or the folder of a run or comparison',
    });
  }
  const { signOffs, problems } = readChain(places.signOffs);
  if (problems.length > 0) throw changed(places.signOffs, problems);
  const last = signOffs.at(-1);
  const record = {
    number: signOffs.length,
    at: new Date().toISOString(),
    ...given,
    seen,
    previous: last?.hash ?? '',
  };
  const whole = { ...record, hash: hashOf(record) };
  const writer = new JsonLinesWriter(places.signOffs);
  try {
    writer.append(whole);
  } finally {
    writer.close();
  }
  return whole;
}

/** Whether every record, and what the last one is about, is as it was. */
export function checkSignOffs(target: string): SignOffCheck {
  const places = reviewPlaces(target);
  const { signOffs, problems } = readChain(places.signOffs);
  const last = signOffs.at(-1);
  const paths: Record<string, string> = table({ ...places.evidence, [LOG]: places.log });
  const evidence = Object.entries(last?.seen ?? {}).flatMap(([name, seen]) => faultOf(name, paths[name], seen));
  const hasNewChoices = last !== undefined && sizeOf(places.log) > (last.seen[LOG]?.bytes ?? 0);
  return { file: places.signOffs, signOffs, problems: [...problems, ...evidence], hasNewChoices };
}

export function changed(file: string, problems: readonly Problem[]): AttuneError {
  return new AttuneError('E_SIGN_OFFS_CHANGED', {
    what: `What was signed in ${file} has been changed since`,
    problems,
    fix: 'restore the files from a copy; or move the sign-offs away and let the result be signed again',
    exitCode: 3,
  });
}

function seenFiles({ evidence, log }: ReviewPlaces): Record<string, SeenFile> {
  const files = Object.entries({ ...evidence, [LOG]: log }).filter(([, path]) => existsSync(path));
  return Object.fromEntries(
    files.map(([name, path]) => {
      const bytes = sizeOf(path);
      return [name, { bytes, sha256: hashOfStart(path, bytes) }];
    }),
  );
}

function faultOf(name: string, path: string | undefined, { bytes, sha256: signed }: SeenFile): Problem[] {
  if (path === undefined) return [{ message: `"${name}" is nothing that could be signed` }];
  const size = sizeOf(path);
  if (!existsSync(path)) return [{ file: path, message: 'is missing' }];
  if (size < bytes) return [{ file: path, message: `has ${size} bytes, fewer than the ${bytes} that were signed` }];
  // Choices may be added to the log; nothing else may grow.
  if (name !== LOG && size > bytes) return [{ file: path, message: `has ${size} bytes, and ${bytes} were signed` }];
  return hashOfStart(path, bytes) === signed ? [] : [{ file: path, message: 'is not what was signed' }];
}

function readChain(file: string): { signOffs: SignOff[]; problems: Problem[] } {
  if (!existsSync(file)) return { signOffs: [], problems: [] };
  const text = readFileSync(file, 'utf8');
  const lines = text.split('\n');
  const problems: Problem[] = [];
  if (lines.pop() !== '') problems.push({ file, line: lines.length + 1, message: 'the last record is cut off' });
  const signOffs: SignOff[] = [];
  let previous = '';
  for (const [number, line] of lines.entries()) {
    const record = recordOf(line);
    const fault = record === undefined ? 'is no sign-off' : chainFault(record, { line, number, previous });
    if (fault !== undefined) problems.push({ file, line: number + 1, message: fault });
    if (record === undefined) continue;
    previous = record.hash;
    signOffs.push(record);
  }
  return { signOffs, problems };
}

function recordOf(line: string): SignOff | undefined {
  try {
    const value = parseJson<Partial<SignOff> | null>(line);
    const isRecord = typeof value?.hash === 'string' && typeof value.seen === 'object' && value.seen !== null;
    return isRecord ? (value as SignOff) : undefined;
  } catch {
    return undefined;
  }
}

function chainFault(
  { hash, ...record }: SignOff,
  { line, number, previous }: { line: string; number: number; previous: string },
): string | undefined {
  // Not only the values: every byte of the line is what was written.
  if (hash !== hashOf(record) || line !== JSON.stringify({ ...record, hash })) return 'is not what was signed';
  if (record.previous !== previous || record.number !== number) return 'does not follow the record before it';
  return undefined;
}

function hashOf(record: Omit<SignOff, 'hash'>): string {
  return sha256(JSON.stringify(record));
}

function sizeOf(path: string): number {
  return existsSync(path) ? statSync(path).size : 0;
}

/** Of a file's first bytes. */
function hashOfStart(path: string, bytes: number): string {
  const digest = createHash('sha256');
  const piece = Buffer.allocUnsafe(1 << 20);
  const descriptor = openSync(path, 'r');
  try {
    for (let rest = bytes; rest > 0;) {
      const count = readSync(descriptor, piece, 0, Math.min(piece.length, rest), null);
      if (count === 0) break;
      digest.update(piece.subarray(0, count));
      rest -= count;
    }
  } finally {
    closeSync(descriptor);
  }
  return digest.digest('hex');
}
