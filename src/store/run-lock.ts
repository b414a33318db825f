import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import {
  constants,
  copyFileSync,
  existsSync,
  linkSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  watch,
  writeFileSync,
  type FSWatcher,
} from 'node:fs';
import { AttuneError } from '../base/errors.ts';
import { writeFailure } from '../files/atomic.ts';
import { parseJson } from '../files/json.ts';
import { isAlive, ownIdentity, type ProcessIdentity } from './process-identity.ts';
import { readHeartbeat, runPaths } from './run-paths.ts';
import { SilenceWatch } from './silence-watch.ts';

/** Owner of a run's folder. */
export interface LockOwner extends ProcessIdentity {
  token: string;
  /** Milliseconds since the epoch. */
  at: number;
}

/** A process on another machine counts as gone if its heartbeat is older than this. */
const SILENCE_MS = 120_000;
const TAKEOVER_TIMEOUT_MS = 5_000;
/** Interval of checks without an event: the death of a process and changes on network drives cause none. */
const LOOK_MS = 1_000;

export interface RunLock {
  readonly owner: LockOwner;
  /**
   * Checks the lock, which a suspended process may have lost. @throws AttuneError E_RUN_LOCKED if another process has
   * it
   */
  requireHeld(): void;
  release(): void;
}

/** Locks the run's folder for this process, replacing a dead owner. @throws AttuneError E_RUN_LOCKED */
export function lockRun(folder: string): RunLock {
  const path = runPaths(folder).lock;
  const owner: LockOwner = { ...ownIdentity(), token: randomBytes(8).toString('hex'), at: Date.now() };
  const draft = `${path}.${owner.token}`;
  try {
    writeFileSync(draft, JSON.stringify(owner), { flag: 'wx' });
    takeLock(folder, path, draft);
  } catch (error) {
    throw writeFailure(path, error);
  } finally {
    rmSync(draft, { force: true });
  }
  return { owner, requireHeld: () => requireHeld(folder, owner), release: () => releaseLock(path, owner) };
}

/** The process working on the folder; undefined if there is none. */
export function findLockOwner(folder: string): LockOwner | undefined {
  const owner = readOwner(runPaths(folder).lock);
  return owner !== undefined && isWorking(folder, owner) ? owner : undefined;
}

/** @throws AttuneError E_RUN_LOCKED if a process works on the folder */
export function refuseLocked(folder: string): void {
  const owner = findLockOwner(folder);
  if (owner !== undefined) throw locked(folder, owner);
}

function takeLock(folder: string, path: string, draft: string): void {
  const deadline = Date.now() + TAKEOVER_TIMEOUT_MS;
  while (!linkIfAbsent(draft, path)) {
    const owner = readOwner(path);
    if (owner === undefined && !existsSync(path)) continue;
    if (owner !== undefined && isWorking(folder, owner)) throw locked(folder, owner);
    if (!isBeingWritten(path, owner) && replaceStale(path, draft, owner)) return;
    if (Date.now() > deadline) throw locked(folder, owner);
    pause(20);
  }
}

/** A link, unlike a plain write, makes the lock appear with its whole content; file systems without links get a copy. */
function linkIfAbsent(draft: string, path: string): boolean {
  try {
    linkSync(draft, path);
    return true;
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'EEXIST') return false;
    if (code !== 'EPERM' && code !== 'ENOTSUP' && code !== 'ENOSYS') throw error;
  }
  return copyIfAbsent(draft, path);
}

function copyIfAbsent(draft: string, path: string): boolean {
  try {
    copyFileSync(draft, path, constants.COPYFILE_EXCL);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** A lock without readable content may be a copy that another process is writing. */
function isBeingWritten(path: string, owner: LockOwner | undefined): boolean {
  return owner === undefined && ageOf(path) < TAKEOVER_TIMEOUT_MS / 2;
}

function ageOf(path: string): number {
  const status = statSync(path, { throwIfNoEntry: false });
  return status === undefined ? 0 : Date.now() - status.mtimeMs;
}

/**
 * Replaces a dead owner's lock. If several processes try, only the one that claims exactly this lock may: otherwise a
 * slower process would replace a faster one's new lock.
 */
function replaceStale(path: string, draft: string, stale: LockOwner | undefined): boolean {
  const claim = `${path}.claim-${stale?.token ?? 'unreadable'}`;
  if (!linkIfAbsent(draft, claim)) {
    removeAbandoned(claim);
    return false;
  }
  try {
    if (readOwner(path)?.token !== stale?.token) return false;
    renameSync(draft, path);
    return true;
  } finally {
    rmSync(claim, { force: true });
  }
}

/** Claims are held for microseconds; an older one was left by a crash. */
function removeAbandoned(claim: string): void {
  if (ageOf(claim) > TAKEOVER_TIMEOUT_MS / 2) rmSync(claim, { force: true });
}

function isWorking(folder: string, owner: LockOwner): boolean {
  const alive = isAlive(owner);
  if (alive !== undefined) return alive;
  const lastSign = Math.max(owner.at, readHeartbeat(folder)?.at ?? 0);
  return Date.now() - lastSign < SILENCE_MS;
}

/**
 * Waits until no process works on the folder. A process on another machine counts as gone once its heartbeat has not
 * changed for two minutes, whatever its clock says; its lock is then removed.
 */
export async function untilFree(folder: string, signal: AbortSignal): Promise<void> {
  const { lock } = runPaths(folder);
  const changes = watchFile(lock);
  if (changes === undefined) return;
  const silence = new SilenceWatch(SILENCE_MS);
  try {
    while (!signal.aborted) {
      const asked = performance.now();
      const owner = readOwner(lock);
      const alive = owner !== undefined && isAlive(owner);
      if (owner === undefined || alive === false) return;
      const sign = `${owner.token} ${readHeartbeat(folder)?.at}`;
      if (silence.silent([sign], asked).has(sign) && alive === undefined) releaseLock(lock, owner);
      else await nextChange(changes, signal);
    }
  } finally {
    changes.close();
  }
}

/** Undefined if there is no file. */
function watchFile(path: string): FSWatcher | undefined {
  try {
    return watch(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

async function nextChange(changes: FSWatcher, signal: AbortSignal): Promise<void> {
  const patience = AbortSignal.any([signal, AbortSignal.timeout(LOOK_MS)]);
  await once(changes, 'change', { signal: patience }).catch(() => undefined);
}

function requireHeld(folder: string, { token }: LockOwner): void {
  const now = readOwner(runPaths(folder).lock);
  if (now !== undefined && now.token !== token) throw locked(folder, now);
}

function releaseLock(path: string, owner: LockOwner): void {
  if (readOwner(path)?.token === owner.token) rmSync(path, { force: true });
}

function readOwner(path: string): LockOwner | undefined {
  try {
    return parseJson(readFileSync(path, 'utf8')) as LockOwner;
  } catch {
    return undefined;
  }
}

function locked(folder: string, owner: LockOwner | undefined): AttuneError {
  const who = owner === undefined ? 'an unknown process' : `process ${owner.pid} on ${owner.machine.split(' ')[0]}`;
  return new AttuneError('E_RUN_LOCKED', {
    what: `The run in ${folder} is in use`,
    got: `${who} holds ${runPaths(folder).lock}`,
    fix:
      `follow it with \`attune runs attach ${folder}\`, stop it with \`attune runs stop ${folder}\`, ` +
      'or choose another output_dir',
  });
}

function pause(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}
