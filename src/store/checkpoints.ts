import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { removeWholeFolder, tidyFoldersIn, writeWholeFolder } from '../files/whole-folder.ts';
import { runPaths } from './run-paths.ts';

export interface Checkpoint {
  step: number;
  folder: string;
}

/** The run's complete checkpoints by step: `checkpoints/step-N`, or HF's `checkpoint-N` in the folder itself. */
export function listCheckpoints(folder: string): Checkpoint[] {
  const own = numbered(runPaths(folder).checkpoints, /^step-(\d+)$/);
  return [...own, ...numbered(folder, /^checkpoint-(\d+)$/)].sort((a, b) => a.step - b.step);
}

/** Writes a checkpoint atomically; an older one of the same step is replaced. */
export async function writeCheckpoint(
  folder: string,
  step: number,
  write: (folder: string) => void | Promise<void>,
): Promise<Checkpoint> {
  const target = join(runPaths(folder).checkpoints, `step-${step}`);
  await writeWholeFolder(target, write);
  return { step, folder: target };
}

/** Deletes all but the newest `keep` checkpoints; pinned steps (the best one, the one resumed from) always stay. */
export function pruneCheckpoints(folder: string, options: { keep: number; pinned?: readonly number[] }): Checkpoint[] {
  const { keep, pinned = [] } = options;
  const all = numbered(runPaths(folder).checkpoints, /^step-(\d+)$/);
  const removed = all.slice(0, Math.max(0, all.length - keep)).filter(({ step }) => !pinned.includes(step));
  for (const checkpoint of removed) removeWholeFolder(checkpoint.folder);
  return removed;
}

/**
 * Removes checkpoints that a crash left half written or half replaced. Only the holder of the run's lock may call it.
 */
export function removeUnfinished(folder: string): void {
  tidyFoldersIn(runPaths(folder).checkpoints);
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
