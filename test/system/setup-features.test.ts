// Feature packages, installed by an npm that is killed, runs out of space, or works.
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { installFeatures } from '../../tools/setup/features.mjs';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'attune-features-'));
  const features = { s3: { packages: ['bucket'] }, sql: { packages: ['tables'] } };
  const peerDependencies = { bucket: '1.0.0', tables: '2.0.0' };
  writeFileSync(join(root, 'package.json'), JSON.stringify({ features, peerDependencies }));
  mkdirSync(join(root, 'bin'));
  vi.stubEnv('ATTUNE_HOME', join(root, 'home'));
  vi.stubEnv('PATH', `${join(root, 'bin')}:${process.env.PATH}`);
  vi.stubEnv('npm_execpath', undefined);
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(root, { recursive: true });
});

/** A fake npm that writes the requested packages to node_modules; half of them if its status is not 0. */
function npmEndsWith(status: number): void {
  const script = `#!/bin/sh
    for word; do last=$word; done
    mkdir -p node_modules/\${last%@*} && touch node_modules/\${last%@*}/half
    [ ${status} = 0 ] && touch node_modules/\${last%@*}/rest
    exit ${status}\n`;
  writeFileSync(join(root, 'bin/npm'), script, { mode: 0o755 });
}

const filesOf = (name: string) => {
  const folder = join(root, 'home/cache/packages/node_modules', name);
  return existsSync(folder) ? readdirSync(folder) : [];
};

describe('packages of features', () => {
  it('are whole or not there after a full disk, and the next run goes on', () => {
    npmEndsWith(0);
    installFeatures(root, ['s3']);
    npmEndsWith(228);
    expect(() => installFeatures(root, ['sql'])).toThrow(
      /sql cannot be installed: npm ended with 228; .* were free in/,
    );
    expect([filesOf('bucket'), filesOf('tables')]).toEqual([['half', 'rest'], []]);
    npmEndsWith(0);
    installFeatures(root, ['sql']);
    expect([filesOf('bucket'), filesOf('tables')]).toEqual([
      ['half', 'rest'],
      ['half', 'rest'],
    ]);
    expect(readdirSync(join(root, 'home/cache'))).toEqual(['packages']);
  });

  it('of an unknown feature are refused', () => {
    expect(() => installFeatures(root, ['s4'])).toThrow(/--with does not know s4/);
  });
});
