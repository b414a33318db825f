import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { AttuneError } from '../../../../base/errors.ts';
import type { FetchOptions } from '../../../fetch/fetch-options.ts';
import { runCommand } from '../../../fetch/run-command.ts';
import { fetchDebianIndex } from './debian-index.ts';

/** Files of a Debian package. */
export interface DebianFiles {
  packageName: string;
  /** Paths without the leading slash. */
  paths: readonly string[];
}

/** Reads files from a Debian package, which apt downloads and verifies. Nothing is installed and no script runs. */
export async function fetchDebianFiles(
  folder: string,
  { packageName, paths }: DebianFiles,
  options: FetchOptions = {},
): Promise<Buffer[]> {
  await fetchDebianIndex(folder, ['none'], options);
  return withContent(folder, packageName, options, (content) => paths.map((path) => readFileSync(join(content, path))));
}

/** Extracts the files of packages that `wants` accepts, by paths without the leading slash, to `to/PACKAGE/…`. */
export async function fetchDebianTrees(
  folder: string,
  { packageNames, to, wants }: { packageNames: readonly string[]; to: string; wants: (path: string) => boolean },
  options: FetchOptions = {},
): Promise<void> {
  await fetchDebianIndex(folder, ['none'], options);
  for (const packageName of packageNames) {
    await withContent(folder, packageName, options, (content) => {
      for (const entry of readdirSync(content, { recursive: true, withFileTypes: true })) {
        const path = join(entry.parentPath, entry.name).slice(content.length + 1);
        if (entry.isFile() && wants(path)) cpSync(join(content, path), join(to, packageName, path));
      }
    });
  }
}

async function withContent<Result>(
  folder: string,
  packageName: string,
  options: FetchOptions,
  use: (content: string) => Result,
): Promise<Result> {
  mkdirSync(folder, { recursive: true });
  const place = mkdtempSync(join(folder, 'unpack-'));
  try {
    const configuration = join(folder, 'apt.conf');
    await runCommand(
      'sh',
      ['-c', 'cd "$1" && exec apt-get -q -c "$2" download "$3"', 'sh', place, configuration, packageName],
      options,
    );
    const archive = readdirSync(place).find((file) => file.endsWith('.deb'));
    if (archive === undefined)
      throw new AttuneError('E_PACKAGE_MISSING', { what: `apt left no file of ${packageName}` });
    await runCommand('dpkg-deb', ['--extract', join(place, archive), join(place, 'content')], options);
    return use(join(place, 'content'));
  } finally {
    rmSync(place, { recursive: true, force: true });
  }
}
