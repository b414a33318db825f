import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { functions } from '../../../src/app/api/functions.ts';
import * as api from '../../../src/app/index.ts';
import { readImports } from '../../../tools/check/source-files.ts';

/** What loading a file loads: files of this package and packages, both once. */
function loadedBy(entry: string, seen = new Set<string>()): Set<string> {
  if (seen.has(entry)) return seen;
  seen.add(entry);
  if (!existsSync(entry)) return seen;
  for (const { target, specifier, typeOnly, dynamic } of readImports(process.cwd(), entry)) {
    if (!typeOnly && !dynamic && !specifier.startsWith('node:')) loadedBy(target ?? specifier, seen);
  }
  return seen;
}

describe('the public API', () => {
  it('loads nothing of what its functions need before they are called', () => {
    const loaded = [...loadedBy('src/app/index.ts')];
    expect(loaded.filter((name) => !name.startsWith('src/'))).toEqual([]);
    expect(loaded.length).toBeLessThan(50);
    const bytes = loaded.map((name) => readFileSync(name).length).reduce((sum, size) => sum + size, 0);
    expect(bytes).toBeLessThan(200_000);
  });

  it('has every function of the table under its name', async () => {
    for (const name of Object.keys(functions) as (keyof typeof functions)[]) {
      expect(api[name], name).toBeTypeOf('function');
      expect(await functions[name](), name).toBeTypeOf('function');
    }
    expect(api.openTalker).toBe(api.openModel);
  });
});

describe('attune data steps', () => {
  it('loads what steps take, and neither lexicons nor the engine', () => {
    const files = readdirSync('src/prepare/steps').map((name) => `src/prepare/steps/${name}`);
    const loaded = new Set([...loadedBy('src/app/describe-steps.ts'), ...files.flatMap((file) => [...loadedBy(file)])]);
    const heavy = [...loaded].filter((name) => /^src\/(tensor|nn|worker)\//.test(name));
    expect(heavy).toEqual([]);
    const privacy = [...loaded].filter((name) => name.startsWith('src/data/privacy/'));
    expect(privacy).toEqual(['src/data/privacy/kinds.ts']);
  });
});
