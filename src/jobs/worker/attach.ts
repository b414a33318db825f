import { writeFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { AttuneError } from '../../base/errors.ts';
import type { StampedEvent } from '../../base/events.ts';
import { writeFailure } from '../../files/atomic.ts';
import { JsonLinesReader } from '../../store/json-lines.ts';
import { isAlive } from '../../store/process-identity.ts';
import { isEvent, readRun, requireRun } from '../../store/run-folder.ts';
import { findLockOwner, untilFree, type LockOwner } from '../../store/run-lock.ts';
import { runPaths } from '../../store/run-paths.ts';
import type { RunSummary } from '../../store/run-summary.ts';

const POLL_MS = 200;

/**
 * Follows a run in any process by its folder: past events, then new ones, until no process works on it. A run that
 * crashed silently ends without a final event. Errors: E_RUN_MISSING.
 */
export async function* attach(folder: string, options: { signal?: AbortSignal } = {}): AsyncGenerator<StampedEvent> {
  requireRun(folder);
  const reader = new JsonLinesReader<StampedEvent>(runPaths(folder).events);
  for (;;) {
    // Checked before reading, so that everything written before the lock was released is still read.
    const isOwned = findLockOwner(folder) !== undefined;
    for (const event of reader.read()) if (isEvent(event)) yield event;
    if (!isOwned || options.signal?.aborted === true) return;
    await wait(POLL_MS, undefined, { signal: options.signal }).catch(() => undefined);
  }
}

export interface StopOptions {
  /** Kills the process at once, without saving. */
  kill?: boolean;
  /** Stops waiting; the run still stops. */
  signal?: AbortSignal;
}

/**
 * Requests a run in any process to save and stop, and waits for it.
 * Errors: E_RUN_MISSING, E_RUN_NOT_RUNNING, and E_RUN_ELSEWHERE if `kill` concerns another machine.
 */
export async function stop(folder: string, options: StopOptions = {}): Promise<RunSummary> {
  requireRun(folder);
  const owner = findLockOwner(folder);
  if (owner === undefined) throw notRunning(folder);
  if (options.kill === true) requireHere(folder, owner);
  ask(folder);
  if (options.kill === true) process.kill(owner.pid, 'SIGKILL');
  // A suspended process would never see the request.
  else if (isAlive(owner) === true) process.kill(owner.pid, 'SIGCONT');
  while (findLockOwner(folder)?.token === owner.token) {
    options.signal?.throwIfAborted();
    await wait(POLL_MS);
  }
  return readRun(folder);
}

/**
 * Waits until no process works on a run that starts again. An earlier attempt's process on this machine is killed: it
 * was suspended when its launcher ended the others.
 */
export async function endEarlierAttempt(folder: string, signal: AbortSignal): Promise<void> {
  const owner = findLockOwner(folder);
  if (owner !== undefined && isAlive(owner) === true) process.kill(owner.pid, 'SIGKILL');
  await untilFree(folder, signal);
}

/** Also written before a kill, so that it does not count as a crash. */
function ask(folder: string): void {
  const path = runPaths(folder).stop;
  try {
    writeFileSync(path, '');
  } catch (error) {
    throw writeFailure(path, error);
  }
}

function requireHere(folder: string, owner: LockOwner): void {
  if (isAlive(owner) === true) return;
  throw new AttuneError('E_RUN_ELSEWHERE', {
    what: `The run in ${folder} is on another machine`,
    got: `process ${owner.pid} on ${owner.machine.split(' ')[0]}`,
    fix: `stop it there, or request a save and stop with \`attune runs stop ${folder}\``,
  });
}

function notRunning(folder: string): AttuneError {
  return new AttuneError('E_RUN_NOT_RUNNING', {
    what: `The run in ${folder} is not running`,
    got: `its status is "${readRun(folder).status}"`,
    fix: `\`attune runs show ${folder}\` shows its results`,
  });
}
