/** The files of a result, and the versions of them that each assessment used. */
import { existsSync, readdirSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { sha256, sha256File, sha256FileSync } from '../files/hash.ts';

/** Written afterwards for people; not part of the result. */
const CARD = 'README.md';

/** Files of a run's result by their names in the run's folder; empty without a result. */
export function resultFiles(run: string): Record<string, string> {
  const folder = ['adapter', 'model'].map((name) => join(run, name)).find((path) => existsSync(path));
  return folder === undefined ? {} : filesBelow(folder, run);
}

/** SHA-256 of every file in a result's folder, names included. */
export async function resultHash(folder: string): Promise<string> {
  const hashes: [name: string, hash: string][] = [];
  for (const [name, path] of Object.entries(filesBelow(folder, folder))) hashes.push([name, await sha256File(path)]);
  return sha256(JSON.stringify(hashes));
}

function filesBelow(folder: string, root: string): Record<string, string> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory() && entry.name !== CARD && !entry.name.startsWith('.'))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  return Object.fromEntries(files.map((path) => [relative(root, path).split(sep).join('/'), path]));
}

/** SHA-256 of the files of a run's result by name; undefined without a result. */
export function hashOfResult(run: string): string | undefined {
  const files = Object.entries(resultFiles(run));
  if (files.length === 0) return undefined;
  return sha256(JSON.stringify(files.map(([name, path]) => [name, sha256FileSync(path)])));
}
