import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

/** Files of the recipe that a program names. */
const PARTS = ['rewards.ts'];
const examples = ['examples/api', 'examples'].flatMap((folder) =>
  readdirSync(folder).flatMap((name) => (!name.endsWith('.ts') || PARTS.includes(name) ? [] : join(folder, name))),
);

describe.skipIf(!existsSync('build/attune.node'))('the examples of the public API', () => {
  it.each(examples)('run: %s', (name) => {
    const folder = mkdtempSync(join(tmpdir(), 'attune-api-'));
    try {
      // Examples of one call each have their jobs in their own process; programs start a worker as they would for a reader.
      const inProcess = name.startsWith('examples/api/') && { ATTUNE_IN_PROCESS: '1' };
      const env = { ...process.env, ATTUNE_HOME: join(folder, 'home'), ...inProcess };
      const file = resolve(name);
      const node = resolve('node_modules/.bin/node');
      const { status, stderr } = spawnSync(node, [file], { cwd: folder, env, encoding: 'utf8' });
      expect({ status, stderr: status === 0 ? '' : stderr }).toEqual({ status: 0, stderr: '' });
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
