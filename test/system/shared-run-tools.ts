import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { readEvents } from '../../src/store/run-folder.ts';
import { readHeartbeat } from '../../src/store/run-paths.ts';

/** Ids of a program's child processes and their descendants. */
function descendants(pid: number): number[] {
  const { stdout } = spawnSync('ps', ['-eo', 'pid=,ppid='], { encoding: 'utf8' });
  const pairs = stdout
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number));
  const below = (parent: number): number[] =>
    pairs.filter(([, of]) => of === parent).flatMap(([child]) => [child, ...below(child)]);
  return below(pid);
}

/** Sends a signal to the leader's worker or a follower's, once a run has taken a step. */
export async function killWhenReached(wanted: {
  run: string;
  step: number;
  pid: number;
  signal: NodeJS.Signals;
  isLeader?: boolean;
}): Promise<void> {
  const path = join(wanted.run, 'metrics.jsonl');
  await expect
    .poll(() => existsSync(path) && readFileSync(path, 'utf8').includes(`"step":${wanted.step},`), {
      timeout: 120_000,
      interval: 20,
    })
    .toBe(true);
  const leader = readHeartbeat(wanted.run)!.pid;
  const follower = descendants(wanted.pid).findLast((pid) => pid !== leader)!;
  process.kill(wanted.isLeader === true ? leader : follower, wanted.signal);
}

/** Losses of a run's steps. */
export function lossesOf(run: string): number[] {
  return [...readEvents(run)].flatMap((event) => (event.type === 'step-finished' ? [event.loss] : []));
}
