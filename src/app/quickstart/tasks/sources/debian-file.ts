import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { AttuneError } from '../../../../base/errors.ts';
import type { FetchOptions } from '../../../fetch/fetch-options.ts';
import { runCommand } from '../../../fetch/command.ts';
import { fetchDebianIndex } from './debian-index.ts';

/** Which files of which Debian package. */
export interface DebianFiles {
  packageName: string;
  /** Without the first slash. */
  paths: readonly string[];
}

/** Files out of a Debian package, downloaded and checked by apt; nothing is installed and no script runs. */
export async function fetchDebianFiles(
  folder: string,
  { packageName, paths }: DebianFiles,
  options: FetchOptions = {},
): Promise<Buffer[]> {
  await fetchDebianIndex(folder, ['none'], options);
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
    return paths.map((path) => readFileSync(join(place, 'content', path)));
  } finally {
    rmSync(place, { recursive: true, force: true });
  }
}
