import { existsSync, readdirSync, type Dirent } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Index } from './index-database.ts';
import { recordRunModels } from './model-records.ts';
import { readRun } from './run-folder.ts';
import { runPaths } from './run-paths.ts';
import { recordRun } from './run-records.ts';
import type { RunSummary } from './run-summary.ts';

const MAX_DEPTH = 6;
const NO_RUNS_INSIDE = new Set(['node_modules', 'checkpoints', 'tensorboard']);

/** A run folder that cannot be read, and the reason. */
export interface UnreadableRun {
  folder: string;
  reason: string;
}

/**
 * Reads every run below `roots` from its folder and records it. Returns the runs found; unreadable ones are skipped
 * and reported to `onUnreadable`.
 */
export async function rebuildIndex(
  index: Index,
  roots: readonly string[],
  onUnreadable: (run: UnreadableRun) => void = () => undefined,
): Promise<RunSummary[]> {
  const found: RunSummary[] = [];
  for (const root of roots) {
    for (const folder of findRunFolders(resolve(root))) {
      try {
        const summary = readRun(folder);
        if (summary.createdAt === 0) continue;
        await recordRun(index, summary);
        await recordRunModels(index, summary);
        found.push(summary);
      } catch (error) {
        onUnreadable({ folder, reason: (error as Error).message.split('\n', 1)[0] });
      }
    }
  }
  return found;
}

/** Folders below `root` that contain a run. Links, hidden and unreadable folders are skipped. */
export function* findRunFolders(root: string, depth = 0): Generator<string> {
  // A folder or a pipe with that name is reported as an unreadable run.
  if (existsSync(runPaths(root).events)) yield root;
  if (depth === MAX_DEPTH) return;
  for (const entry of entriesOf(root)) {
    if (!entry.isDirectory() || entry.name.startsWith('.') || NO_RUNS_INSIDE.has(entry.name)) continue;
    yield* findRunFolders(join(root, entry.name), depth + 1);
  }
}

function entriesOf(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
}
