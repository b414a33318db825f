/** Serialises changes to a file across processes with a lock file next to it. */
import { closeSync, openSync, rmSync, statSync, writeSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { AttuneError } from '../base/errors.ts';
import { isRunning } from '../base/is-running.ts';
import { readFileSync } from 'node:fs';

const WAIT_SECONDS = 30;
const LOOK_MILLISECONDS = 20;
/** Age in milliseconds from which a lock file without a PID counts as abandoned; a younger one was just created. */
const EMPTY_MILLISECONDS = 2000;

/** @throws AttuneError E_FILE_LOCKED if another process keeps the lock */
export async function lockFile(path: string): Promise<Disposable> {
  const lock = `${path}.lock`;
  const until = Date.now() + WAIT_SECONDS * 1000;
  while (!tryLock(lock)) {
    if (Date.now() > until)
      throw new AttuneError('E_FILE_LOCKED', {
        what: `${path} is locked by another process`,
        got: `${lock}, which another process has held for ${WAIT_SECONDS} s`,
        fix: 'wait for it, or delete the lock file if no other process is using it',
      });
    await sleep(LOOK_MILLISECONDS);
  }
  return { [Symbol.dispose]: () => rmSync(lock, { force: true }) };
}

function tryLock(lock: string): boolean {
  try {
    const descriptor = openSync(lock, 'wx', 0o600);
    writeSync(descriptor, String(process.pid));
    closeSync(descriptor);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    if (isLeft(lock)) rmSync(lock, { force: true });
    return false;
  }
}

function isLeft(lock: string): boolean {
  try {
    const pid = Number(readFileSync(lock, 'latin1'));
    if (pid > 0) return !isRunning(pid);
    return Date.now() - statSync(lock).mtimeMs > EMPTY_MILLISECONDS;
  } catch {
    return false;
  }
}
