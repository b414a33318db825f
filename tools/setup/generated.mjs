/** Types that are written, not kept in git: by tools/generate.ts, where one of the files that they are made from has changed. */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { localNode } from './libtorch.mjs';
import { ask } from './process.mjs';
import { SetupError, say, since } from './report.mjs';

/** From each written file to the hashes of what it was made from. */
export const STAMP = 'build/generated.json';

/**
 * @param {string} root a checkout; a published package holds the types, and not their tool
 * @returns {boolean} whether anything was written
 */
export function ensureGenerated(root) {
  const tool = join(root, 'tools/generate.ts');
  if (!existsSync(tool) || isCurrent(root)) return false;
  const start = Date.now();
  const options = { cwd: root, stdio: ['ignore', 'pipe', 'inherit'], timeout: 600_000 };
  if (ask(localNode(root) ?? process.execPath, [tool], options) === undefined) {
    throw new SetupError('The types of operators and recipes cannot be written', [
      'mend what the lines above name, then: node tools/generate.ts',
    ]);
  }
  say(`wrote the types of operators and recipes in ${since(start)}`);
  return true;
}

function isCurrent(root) {
  try {
    const stamp = JSON.parse(readFileSync(join(root, STAMP), 'utf8'));
    return Object.entries(stamp).every(
      ([file, sources]) =>
        existsSync(join(root, file)) &&
        Object.entries(sources).every(([source, hash]) => fingerprint(join(root, source)) === hash),
    );
  } catch {
    // No stamp, or a source that is gone.
    return false;
  }
}

/**
 * @param {string} path a file, or a folder, of which the names count
 * @returns {string}
 */
export function fingerprint(path) {
  const content = statSync(path).isDirectory() ? readdirSync(path).toSorted().join('\n') : readFileSync(path);
  return createHash('sha256').update(content).digest('hex').slice(0, 20);
}
