import type { ChildProcess } from 'node:child_process';
import { forkWithOutput, workerProgram } from './fork-process.ts';
import type { ToWorker } from './worker-messages.ts';

let waiting: ChildProcess | undefined;

/**
 * Starts a worker before its job is known: it loads libtorch and the code of a job while this process still loads its
 * own. The next job without a folder gets it, whichever job that is.
 */
export function forkAhead(job: string): void {
  if (waiting !== undefined || process.env.ATTUNE_IN_PROCESS === '1') return;
  const child = forkWithOutput(workerProgram(), false, undefined);
  waiting = child;
  child.on('error', () => forget(child));
  child.on('exit', () => forget(child));
  child.send({ type: 'prepare', job } satisfies ToWorker, () => undefined);
}

/** The waiting worker, if there is one; it belongs to the caller. */
export function takeAhead(): ChildProcess | undefined {
  const child = waiting;
  waiting = undefined;
  return child?.connected === true ? child : undefined;
}

/** Ends the worker if no job took it. */
export function endAhead(): void {
  takeAhead()?.kill('SIGKILL');
}

function forget(child: ChildProcess): void {
  if (waiting === child) waiting = undefined;
}
