/**
 * Generated types and schemas, which git ignores: tools/generate.ts writes them again if one of their sources has
 * changed.
 */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { localNode } from './libtorch.mjs';
import { ask } from './process.mjs';
import { SetupError, say, since } from './report.mjs';

/** Maps each generated file to the hashes of its sources. */
export const STAMP = 'build/generated.json';

/**
 * @param {string} root a checkout; a published package contains the types but not the generator
 * @returns {boolean} whether anything was written
 */
export function ensureGenerated(root) {
  const tool = join(root, 'tools/generate.ts');
  const written = Object.entries(readStamp(root));
  const isAll = written.length > 0 && written.every(([file, sources]) => isCurrent(root, file, sources));
  if (!existsSync(tool) || isAll) return false;
  const start = Date.now();
  const options = { cwd: root, stdio: ['ignore', 'pipe', 'inherit'], timeout: 600_000 };
  if (ask(localNode(root) ?? process.execPath, [tool], options) === undefined) {
    throw new SetupError('The types of operators, recipes and results cannot be written', [
      'mend what the lines above name, then: node tools/generate.ts',
    ]);
  }
  say(`wrote the types of operators, recipes and results in ${since(start)}`);
  return true;
}

/**
 * @param {string} root
 * @returns {Record<string, Record<string, string>>} empty if nothing has been generated yet
 */
export function readStamp(root) {
  try {
    return JSON.parse(readFileSync(join(root, STAMP), 'utf8'));
  } catch {
    return {};
  }
}

/**
 * @param {string} root
 * @param {string} file
 * @param {Record<string, string>} sources hashes of its sources
 */
export function isCurrent(root, file, sources) {
  try {
    return (
      existsSync(join(root, file)) &&
      Object.entries(sources).every(([source, hash]) => fingerprint(join(root, source)) === hash)
    );
  } catch {
    // A source was deleted.
    return false;
  }
}

/**
 * @param {string} path a file, or a folder, where the names of its entries count
 * @returns {string}
 */
export function fingerprint(path) {
  const content = statSync(path).isDirectory() ? readdirSync(path).toSorted().join('\n') : readFileSync(path);
  return createHash('sha256').update(content).digest('hex').slice(0, 20);
}
