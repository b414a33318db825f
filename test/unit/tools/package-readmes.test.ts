import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';

const folder = mkdtempSync(join(tmpdir(), 'attune-readmes-'));
symlinkSync(resolve('node_modules'), join(folder, 'node_modules'), 'junction');
afterAll(() => rmSync(folder, { recursive: true }));

describe.for(readdirSync('packages'))('the README of @attune/%s', (name) => {
  const readme = readFileSync(join('packages', name, 'README.md'), 'utf8');

  it('holds a program that prints what it says', { timeout: 60_000 }, () => {
    const [, program, printed] = /```ts\n([\s\S]*?)```\n\nprints\n\n```text\n([\s\S]*?)```/.exec(readme) ?? [];
    writeFileSync(join(folder, `${name}.ts`), program);
    const { status, stdout, stderr } = spawnSync(process.execPath, [`${name}.ts`], { cwd: folder, encoding: 'utf8' });
    expect({ status, stdout: stdout.trim(), stderr }).toEqual({ status: 0, stdout: printed.trim(), stderr: '' });
  });

  it('names files that there are, and every package that it imports', () => {
    const files = [...readme.matchAll(/`((?:src|assets)\/[^`]*)`|\]\(([^)]+)\)/g)].map(([, own, link]) => own ?? link);
    expect(files.filter((file) => !existsSync(join('packages', name, file)))).toEqual([]);
    const { dependencies } = JSON.parse(readFileSync(join('packages', name, 'package.json'), 'utf8'));
    const imports = readme.slice(readme.indexOf('## Imports'));
    if (imports.includes('listed in `package.json`')) return;
    const named = [...imports.matchAll(/`([^`]+)`/g)].map(([, one]) => one);
    expect(named.toSorted()).toEqual(Object.keys(dependencies).toSorted());
  });
});
