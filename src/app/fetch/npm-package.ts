import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { AttuneError } from '../../base/errors.ts';
import type { FetchOptions } from './fetch-options.ts';
import { runCommand } from './run-command.ts';

/** One published version of an npm package; the hash identifies its content. */
export interface NpmPackage {
  name: string;
  version: string;
  /** Hash of the tarball as stated by the registry: `sha512-…`. */
  integrity: string;
}

/** Downloads the tarball with the user's own npm, including its mirror, proxy and login, and verifies its hash. Runs no scripts. */
export async function fetchNpmPackage(folder: string, wanted: NpmPackage, options: FetchOptions = {}): Promise<Buffer> {
  mkdirSync(folder, { recursive: true });
  const file = `${wanted.name.replace('@', '').replaceAll('/', '-')}-${wanted.version}.tgz`;
  const path = join(folder, file);
  if (!existsSync(path)) {
    const [program, ...first] = npmCommand();
    const parameters = ['pack', `${wanted.name}@${wanted.version}`, '--ignore-scripts', '--pack-destination', folder];
    await runCommand(program, [...first, ...parameters], { signal: options.signal });
    const size = (readFileSync(path).length / 1e6).toFixed(1);
    options.log?.(`npm package ${wanted.name} ${wanted.version}: ${size} MB`);
  }
  const content = readFileSync(path);
  const found = `sha512-${createHash('sha512').update(content).digest('base64')}`;
  if (found === wanted.integrity) return content;
  rmSync(path);
  throw new AttuneError('E_WRONG_HASH', {
    what: `The download of ${wanted.name} ${wanted.version} does not match the published file`,
    got: found,
    expected: wanted.integrity,
    fix: 'try again; if it still fails, the npm registry or a mirror serves another file',
  });
}

/** The npm that started this process, otherwise the one on the PATH. */
function npmCommand(): [string, ...string[]] {
  const script = process.env.npm_execpath;
  if (script !== undefined && /npm-cli\.c?js$/.test(script)) return [process.execPath, script];
  return [process.platform === 'win32' ? 'npm.cmd' : 'npm'];
}
