import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ensurePackages, missingPackages } from '../../tools/setup/packages.mjs';

const otherPlatform = process.platform === 'linux' ? 'darwin' : 'linux';
let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'attune-packages-'));
  mkdirSync(join(root, 'node_modules'));
});
afterEach(() => rmSync(root, { recursive: true }));

function write(lock: Record<string, object>, installed: Record<string, object>): void {
  writeFileSync(join(root, 'package-lock.json'), JSON.stringify({ lockfileVersion: 3, packages: { '': {}, ...lock } }));
  writeFileSync(join(root, 'node_modules/.package-lock.json'), JSON.stringify({ packages: installed }));
}

describe('the npm packages', () => {
  const zod = { version: '4.0.0', integrity: 'sha512-a' };

  it('are up to date where npm recorded what the lock says', () => {
    write({ 'node_modules/zod': zod }, { 'node_modules/zod': zod });
    expect(missingPackages(root)).toEqual([]);
    expect(ensurePackages(root)).toBe(false);
  });

  it('are stale when one is missing, has another version or another content', () => {
    write({ 'node_modules/zod': zod }, {});
    expect(missingPackages(root)).toEqual(['node_modules/zod']);
    write({ 'node_modules/zod': zod }, { 'node_modules/zod': { ...zod, version: '3.0.0' } });
    expect(missingPackages(root)).toEqual(['node_modules/zod']);
    write({ 'node_modules/zod': zod }, { 'node_modules/zod': { ...zod, integrity: 'sha512-b' } });
    expect(missingPackages(root)).toEqual(['node_modules/zod']);
  });

  it('are stale when an optional one for this machine is missing, as after an installation for production', () => {
    const optional = { ...zod, optional: true };
    const lock = {
      'node_modules/here': { ...optional, os: [process.platform], cpu: process.arch },
      'node_modules/there': { ...optional, os: [otherPlatform] },
      'node_modules/not-here': { ...optional, os: [`!${process.platform}`] },
      'node_modules/needed-by-there': optional,
    };
    write(lock, {});
    expect(missingPackages(root)).toEqual(['node_modules/here']);
  });

  it('are all missing in a fresh clone, and when an installation was cut off', () => {
    write({ 'node_modules/zod': zod }, { 'node_modules/zod': zod });
    writeFileSync(join(root, 'node_modules/.package-lock.json'), '{ "packages": {');
    expect(missingPackages(root)).toEqual(['node_modules/zod']);
    rmSync(join(root, 'node_modules'), { recursive: true });
    expect(missingPackages(root)).toEqual(['node_modules/zod']);
  });

  it('are left alone in an installed package, which has no lock', () => {
    expect(ensurePackages(root)).toBe(false);
  });

  it('are installed by npm ci, with optional and development ones also in production', () => {
    const packages = {
      'node_modules/left': { version: '1.0.0', resolved: 'left', link: true },
      left: { version: '1.0.0' },
    };
    mkdirSync(join(root, 'left'));
    writeFileSync(join(root, 'left/package.json'), JSON.stringify({ name: 'left', version: '1.0.0' }));
    const manifest = { name: 'x', version: '1.0.0', devDependencies: { left: 'file:left' } };
    writeFileSync(join(root, 'package.json'), JSON.stringify(manifest));
    write({ '': manifest, ...packages }, {});
    rmSync(join(root, 'node_modules'), { recursive: true });
    const before = process.env.NODE_ENV;
    process.env.NODE_ENV = 'production';
    try {
      expect(missingPackages(root)).toEqual(['left']);
      expect(ensurePackages(root)).toBe(true);
    } finally {
      process.env.NODE_ENV = before;
    }
    expect(JSON.parse(readFileSync(join(root, 'node_modules/left/package.json'), 'utf8')).name).toBe('left');
    expect(missingPackages(root)).toEqual([]);
  });
});
