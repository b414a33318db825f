import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { onFirstRun } from '../../../src/training/first-run.ts';
import { hashReference, loadReference, parseReference, type ReferenceKind } from '../../../src/training/reference.ts';

const callable: ReferenceKind<(row: number) => number> = {
  expected: 'a function',
  accepts: (value): value is (row: number) => number => typeof value === 'function',
};
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'attune-reference-'));
});

function write(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

describe('a reference to a function', () => {
  test('is a path and a name', () => {
    expect(parseReference('./a/b.ts#row')).toEqual({ file: './a/b.ts', name: 'row' });
    for (const text of ['a.ts#row', './a.py#row', './a.ts', './a.ts#1', 'messages']) {
      expect(parseReference(text), text).toBeUndefined();
    }
  });

  test('gives what the file exports, with its types stripped and its imports followed', async () => {
    write('part.ts', 'export const two: number = 2;');
    const path = write('double.ts', `import { two } from './part.ts';\nexport const double = (x: number) => two * x;`);
    const double = await loadReference(`${path}#double`, {}, callable);
    expect(double(21)).toBe(42);
  });

  test('is loaded from the code that the recipe was resolved with, or not at all', async () => {
    const path = write('changing.ts', 'export const f = () => 1;');
    const text = `${path}#f`;
    const hashes = { [text]: hashReference({ file: path }) };
    expect((await loadReference(text, hashes, callable))(0)).toBe(1);
    write('changing.ts', 'export const f = () => 2;');
    await expect(loadReference(text, hashes, callable)).rejects.toMatchObject({ code: 'E_REFERENCE_CHANGED' });
    expect((await loadReference(text, {}, callable))(0)).toBe(2);
  });

  test('is told of before its code runs for the first time, and again when a letter of it changes', async () => {
    const told: string[] = [];
    process.env.ATTUNE_HOME = join(folder, 'home');
    onFirstRun((message) => told.push(`${message} ${String((globalThis as { ran?: number }).ran ?? 'not run')}`));
    const code = 'globalThis.ran = (globalThis.ran ?? 0) + 1; export const f = () => 1;';
    const path = write('told.ts', code);
    for (let time = 0; time < 2; time++) await loadReference(`${path}#f`, {}, callable);
    expect(told).toHaveLength(1);
    expect(told[0]).toMatch(/^runs code for the first time: .*told\.ts#f \(sha256:[0-9a-f]{12}….* not run$/);
    write('told.ts', `${code} `);
    await loadReference(`${path}#f`, {}, callable);
    expect(told[1]).toMatch(/ 1$/);
    delete process.env.ATTUNE_HOME;
  });

  test('that leads nowhere, to other code or to another type says so', async () => {
    const load = (text: string) => loadReference(join(folder, text), {}, callable);
    await expect(load('none.ts#f')).rejects.toMatchObject({ code: 'E_REFERENCE_MISSING' });
    write('good.ts', 'export const toRow = (x: number) => x; export const list = [1];');
    await expect(load('good.ts#torow')).rejects.toMatchObject({
      code: 'E_REFERENCE_MISSING',
      fix: 'did you mean toRow?',
    });
    await expect(load('good.ts#list')).rejects.toMatchObject({ code: 'E_REFERENCE_TYPE', got: 'a list' });
    write('broken.ts', 'export const f = (;');
    await expect(load('broken.ts#f')).rejects.toMatchObject({ code: 'E_REFERENCE_FAILED' });
    write('throws.ts', "throw new Error('no key'); export const f = 1;");
    await expect(load('throws.ts#f')).rejects.toMatchObject({ code: 'E_REFERENCE_FAILED', got: 'no key' });
  });
});
