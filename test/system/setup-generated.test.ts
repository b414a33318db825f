import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { STAMP, ensureGenerated, fingerprint } from '../../tools/setup/generated.mjs';

let root: string;
const put = (path: string, text: string): void => {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
};
const count = (): string => readFileSync(join(root, 'made'), 'utf8');

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'attune-generated-'));
  put('kernels/a.cpp', '');
  put('source', 'first');
  put('count', '0');
  // Writes how often it ran.
  put(
    'tools/generate.ts',
    `import { readFileSync, writeFileSync } from 'node:fs';
     import { fingerprint } from ${JSON.stringify(import.meta.resolve('../../tools/setup/generated.mjs'))};
     const count: string = String(Number(readFileSync('count', 'utf8')) + 1);
     for (const file of ['count', 'made']) writeFileSync(file, count);
     const made = { source: fingerprint('source'), kernels: fingerprint('kernels') };
     writeFileSync('${STAMP}', JSON.stringify({ made }));`,
  );
  mkdirSync(join(root, 'build'));
});

afterEach(() => rmSync(root, { recursive: true, force: true }));

it('types are written where one of their sources has changed, and not again', () => {
  expect([ensureGenerated(root), ensureGenerated(root), count()]).toEqual([true, false, '1']);
  put('source', 'second');
  expect([ensureGenerated(root), ensureGenerated(root), count()]).toEqual([true, false, '2']);
  put('kernels/b.cpp', '');
  expect([ensureGenerated(root), ensureGenerated(root), count()]).toEqual([true, false, '3']);
  rmSync(join(root, 'made'));
  expect([ensureGenerated(root), ensureGenerated(root), count()]).toEqual([true, false, '4']);
});

it('a tool that fails ends the set-up, and where there is none, nothing is written', () => {
  put('tools/generate.ts', 'process.exit(3);');
  expect(() => ensureGenerated(root)).toThrow(/cannot be written\n {2}fix: .*node tools\/generate\.ts/);
  rmSync(join(root, 'tools/generate.ts'));
  expect(ensureGenerated(root)).toBe(false);
});

it('the types of this checkout say what they were made from', () => {
  const stamp = JSON.parse(readFileSync(STAMP, 'utf8')) as Record<string, Record<string, string>>;
  expect(Object.keys(stamp).every((file) => existsSync(file))).toBe(true);
  const [operators = {}, recipes = {}] = Object.values(stamp);
  expect(operators['native/kernels/attention.cpp']).toBe(fingerprint('native/kernels/attention.cpp'));
  expect(Object.keys(recipes)).toEqual(
    expect.arrayContaining(['src/methods/recipe/base-recipe.ts', 'src/training/objectives/index.ts']),
  );
});
