/** Temporary files and folders, named after their process so that leftovers of killed processes are recognised. */
import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, readlinkSync, rmSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { isRunning } from '../base/is-running.ts';
import { writeFailure } from './write-failure.ts';

/** "rows.jsonl.3f2a9c01-4711-a1b2c3d4e5f6.tmp": machine, process, and a random part. */
const TEMPORARY_FILE = /\.([0-9a-f]{8})-(\d+)-[0-9a-f]{12}\.tmp$/;
const TEMPORARY_FOLDER = /^\.?attune-[a-z]+-([0-9a-f]{8})-(\d+)-[A-Za-z0-9]{6}$/;

/** Folders already cleaned up by this process. */
const tidied = new Set<string>();

/** A temporary name next to a file. Removes leftovers of killed processes. */
export function temporaryName(path: string): string {
  removeAbandoned(resolve(dirname(path)), TEMPORARY_FILE);
  return `${path}.${machineTag()}-${process.pid}-${randomBytes(6).toString('hex')}.tmp`;
}

/**
 * Creates a private folder, which the caller removes. Also removes folders of killed processes. `purpose` is a word
 * in lower case. @throws AttuneError E_DISK_FULL, E_NOT_WRITABLE
 */
export function temporaryFolder(purpose: string, parent = tmpdir()): string {
  removeAbandoned(resolve(parent), TEMPORARY_FOLDER);
  const hidden = parent === tmpdir() ? '' : '.';
  try {
    return mkdtempSync(join(parent, `${hidden}attune-${purpose}-${machineTag()}-${process.pid}-`));
  } catch (error) {
    throw writeFailure(parent, error);
  }
}

function removeAbandoned(folder: string, form: RegExp): void {
  const look = `${form.source} ${folder}`;
  if (tidied.has(look)) return;
  tidied.add(look);
  for (const name of namesIn(folder)) {
    const [, tag, pid] = form.exec(name) ?? [];
    // Processes of other machines or containers are not visible from here.
    if (pid !== undefined && tag === machineTag() && !isRunning(Number(pid))) removeQuietly(join(folder, name));
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** Other users' files cannot be removed. */
function removeQuietly(path: string): void {
  try {
    rmSync(path, { recursive: true, force: true });
  } catch {
    // Not ours.
  }
}

let tag: string | undefined;

/** Host and process namespace as eight digits: a PID is only meaningful within them. */
function machineTag(): string {
  tag ??= createHash('sha256').update(`${hostname()} ${processNamespace()}`).digest('hex').slice(0, 8);
  return tag;
}

function processNamespace(): string {
  try {
    return readlinkSync('/proc/self/ns/pid');
  } catch {
    return '';
  }
}
