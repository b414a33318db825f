import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { readJson, writeJson } from '../../../files/json.ts';
import { writeFileAtomic } from '../../../files/atomic.ts';
import { sha256, sha256File } from '../../../files/hash.ts';
import type { TaskData, TaskFiles, TaskRow } from './task.ts';

const SPLITS = ['train', 'validation', 'test'] as const;

/** Contents of `manifest.json` next to the splits. */
interface Manifest extends Omit<TaskData, 'files'> {
  task: string;
  /** Incremented when the rows of the task change. */
  version: number;
  sha256: Record<keyof TaskFiles, string>;
}

/** The splits of an earlier download, if they are complete and of this version. */
export async function findTaskData(folder: string, task: string, version: number): Promise<TaskData | undefined> {
  const path = join(folder, 'manifest.json');
  if (!existsSync(path)) return undefined;
  const manifest = readJson<Manifest>(path);
  if (manifest.task !== task || manifest.version !== version) return undefined;
  const files = filesIn(folder);
  for (const split of SPLITS) {
    if (!existsSync(files[split])) return undefined;
    if ((await sha256File(files[split])) !== manifest.sha256[split]) return undefined;
  }
  return { files, rows: manifest.rows, origin: manifest.origin };
}

/** Writes the splits as JSONL and then the manifest: a folder with a manifest is complete. */
export function writeTaskData(
  folder: string,
  splits: Record<keyof TaskFiles, readonly TaskRow[]>,
  about: { task: string; version: number; origin: string },
): TaskData {
  const files = filesIn(folder);
  const rows = { train: 0, validation: 0, test: 0 };
  const hashes = { train: '', validation: '', test: '' };
  for (const split of SPLITS) {
    const text = splits[split].map((row) => `${JSON.stringify(row)}\n`).join('');
    writeFileAtomic(files[split], text);
    rows[split] = splits[split].length;
    hashes[split] = sha256(text);
  }
  writeJson(join(folder, 'manifest.json'), { ...about, rows, sha256: hashes } satisfies Manifest);
  return { files, rows, origin: about.origin };
}

function filesIn(folder: string): TaskFiles {
  return {
    train: join(folder, 'train.jsonl'),
    validation: join(folder, 'validation.jsonl'),
    test: join(folder, 'test.jsonl'),
  };
}
