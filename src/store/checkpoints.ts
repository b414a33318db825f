import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { syncFolder, writeFailure } from '../files/atomic.ts';
import { runPaths } from './run-paths.ts';

export interface Checkpoint {
  step: number;
  folder: string;
}

const UNFINISHED = '.unfinished-';
const REPLACED = '.replaced-';

/** The run's complete checkpoints by step: `checkpoints/step-N`, or HF's `checkpoint-N` in the folder itself. */
export function listCheckpoints(folder: string): Checkpoint[] {
  const own = numbered(runPaths(folder).checkpoints, /^step-(\d+)$/);
  return [...own, ...numbered(folder, /^checkpoint-(\d+)$/)].sort((a, b) => a.step - b.step);
}

/**
 * Writes a checkpoint that is there as a whole or not at all: into a folder of another name, which is renamed at the
 * end. The files' own contents are to be synced by `write` (atomic writes are). An older one of that step is replaced.
 */
export async function writeCheckpoint(
  folder: string,
  step: number,
  write: (folder: string) => void | Promise<void>,
): Promise<Checkpoint> {
  const { checkpoints } = runPaths(folder);
  const target = join(checkpoints, `step-${step}`);
  try {
    const draft = unfinishedName(checkpoints);
    mkdirSync(draft, { recursive: true });
    await write(draft);
    syncFolder(draft);
    if (existsSync(target)) renameSync(target, join(checkpoints, `${REPLACED}step-${step}`));
    renameSync(draft, target);
    syncFolder(checkpoints);
  } catch (error) {
    throw writeFailure(target, error);
  } finally {
    removeUnfinished(folder);
  }
  return { step, folder: target };
}

/** Deletes all but the newest `keep` checkpoints; pinned steps (the best one, the one resumed from) always stay. */
export function pruneCheckpoints(folder: string, options: { keep: number; pinned?: readonly number[] }): Checkpoint[] {
  const { keep, pinned = [] } = options;
  const all = numbered(runPaths(folder).checkpoints, /^step-(\d+)$/);
  const removed = all.slice(0, Math.max(0, all.length - keep)).filter(({ step }) => !pinned.includes(step));
  for (const checkpoint of removed) removeCheckpoint(checkpoint.folder);
  return removed;
}

/** Tidies what a crash left half written or half replaced. Only for the process that holds the run's lock. */
export function removeUnfinished(folder: string): void {
  const { checkpoints } = runPaths(folder);
  for (const name of namesIn(checkpoints)) {
    if (name.startsWith(REPLACED)) restoreUnlessReplaced(checkpoints, name);
    if (name.startsWith(UNFINISHED)) rmSync(join(checkpoints, name), { recursive: true, force: true });
  }
}

function restoreUnlessReplaced(checkpoints: string, name: string): void {
  const target = join(checkpoints, name.slice(REPLACED.length));
  if (existsSync(target)) rmSync(join(checkpoints, name), { recursive: true, force: true });
  else renameSync(join(checkpoints, name), target);
}

/** Renamed first, so that a crash while deleting leaves no checkpoint with files missing. */
function removeCheckpoint(folder: string): void {
  const doomed = unfinishedName(dirname(folder));
  renameSync(folder, doomed);
  rmSync(doomed, { recursive: true, force: true });
}

function unfinishedName(checkpoints: string): string {
  return join(checkpoints, `${UNFINISHED}${randomBytes(6).toString('hex')}`);
}

function numbered(folder: string, pattern: RegExp): Checkpoint[] {
  const found = namesIn(folder).flatMap((name) => {
    const match = pattern.exec(name);
    return match === null ? [] : [{ step: Number(match[1]), folder: join(folder, name) }];
  });
  return found.sort((a, b) => a.step - b.step);
}

function namesIn(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder) : [];
}
