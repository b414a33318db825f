import { fork, type ChildProcess, type StdioOptions } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { moduleBeside } from '../../base/killable.ts';
import { writeFailure } from '../../files/atomic.ts';
import { makeFolders } from '../../files/make-folder.ts';
import { runPaths } from '../../store/run-paths.ts';

/** The standard worker program. */
export function workerProgram(): URL {
  return moduleBeside('./worker-process', import.meta.url);
}

/** Starts a worker program; its output goes to the folder's log, or to this process. */
export function forkWithOutput(entry: URL, detach: boolean, folder: string | undefined): ChildProcess {
  const log = folder === undefined ? undefined : openLog(folder);
  try {
    const output = log ?? (detach ? 'ignore' : 'pipe');
    const stdio: StdioOptions = ['ignore', output, output, 'ipc'];
    return fork(fileURLToPath(entry), [], { execArgv: [], serialization: 'advanced', detached: detach, stdio });
  } finally {
    if (log !== undefined) closeSync(log);
  }
}

function openLog(folder: string): number {
  const { log } = runPaths(folder);
  try {
    makeFolders(folder);
    return openSync(log, 'a');
  } catch (error) {
    throw writeFailure(log, error);
  }
}
