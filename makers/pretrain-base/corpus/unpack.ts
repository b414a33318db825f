import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { runCommand } from './commands.ts';
import type { PackageFile } from './document.ts';

/**
 * Unpacks a .deb or .tgz into a temporary folder, passes its files to a function and removes the folder. Nothing is
 * installed or run.
 */
export function withUnpacked<Result>(archive: string, use: (files: PackageFile[]) => Result): Result {
  const folder = mkdtempSync(join(tmpdir(), 'attune-corpus-'));
  try {
    if (archive.endsWith('.deb')) runCommand('dpkg-deb', ['--extract', archive, folder]);
    else runCommand('tar', ['-xzf', archive, '-C', folder]);
    return use(listFiles(folder));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** All regular files, sorted by path, since the order of the file system varies; links are not followed. */
function listFiles(folder: string): PackageFile[] {
  const paths = [...walk(folder, '')].sort();
  return paths.map((path) => ({ path, read: () => readBytes(join(folder, path)) }));
}

function* walk(folder: string, prefix: string): Generator<string> {
  for (const entry of readdirSync(join(folder, prefix), { withFileTypes: true })) {
    const path = prefix === '' ? entry.name : `${prefix}/${entry.name}`;
    if (entry.isDirectory()) yield* walk(folder, path);
    else if (entry.isFile()) yield path;
  }
}

function readBytes(path: string): Buffer {
  const bytes = readFileSync(path);
  return /\.(?:gz|dz)$/.test(path) ? gunzipSync(bytes) : bytes;
}
