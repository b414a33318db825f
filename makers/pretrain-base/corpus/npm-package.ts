import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { AttuneError } from '../../../src/base/errors.ts';
import { megabytes } from './apt.ts';
import { runCommand } from './commands.ts';

/** Downloads the tarball of an npm package in an exact version, checks its integrity and returns its path. */
export function downloadNpmPackage(
  folder: string,
  specifier: string,
  integrity: string,
  log: (line: string) => void,
): string {
  const target = join(folder, 'npm');
  mkdirSync(target, { recursive: true });
  const path = join(target, `${specifier.replace(/^@/, '').replaceAll(/[/@]/g, '-')}.tgz`);
  if (!existsSync(path)) {
    runCommand('npm', ['pack', specifier, '--ignore-scripts', '--pack-destination', target]);
    log(`download ${specifier} from npm, ${megabytes(readFileSync(path).length)}`);
  }
  const found = `sha512-${createHash('sha512').update(readFileSync(path)).digest('base64')}`;
  if (found === integrity) return path;
  rmSync(path);
  throw new AttuneError('E_WRONG_HASH', {
    what: `${specifier} is not the file that was pinned`,
    got: found,
    expected: integrity,
    fix: 'run it again; if the error remains, the registry now serves a different file',
  });
}
