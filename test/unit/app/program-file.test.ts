import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';

const folder = mkdtempSync(join(tmpdir(), 'attune-program-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const RECIPE =
  "import { defineRecipe } from 'attune';\nexport default defineRecipe({ model: 'm', data: { train: 'x' } });\n";
const loader = fileURLToPath(new URL('../../../src/app/program-file.ts', import.meta.url));

/** Loads a program of another folder in a process without the test runner's module resolution. */
function load(file: string): { stdout: string; stderr: string } {
  const path = join(folder, file);
  const call = `importDefault(${JSON.stringify(path)}, { codes: { unreadable: 'E_RECIPE_SYNTAX', other: 'E_RECIPE_SYNTAX' }, expected: '' })`;
  const code = `import { importDefault } from ${JSON.stringify(loader)}; ${call}.then((v) => console.log(v.model), (e) => console.error(e.fix));`;
  return spawnSync(process.execPath, ['--input-type=module', '--eval', code], { cwd: folder, encoding: 'utf8' });
}

test('a program next to no package of its own imports the attune that reads it', () => {
  writeFileSync(join(folder, 'recipe.mts'), RECIPE);
  expect(load('recipe.mts')).toMatchObject({ stdout: 'm\n' });
});

test('a program in a folder of CommonJS is told what to be called', () => {
  writeFileSync(join(folder, 'package.json'), '{"type": "commonjs"}');
  writeFileSync(join(folder, 'recipe.ts'), RECIPE);
  expect(load('recipe.ts').stderr).toContain('rename it to recipe.mts, or write "type": "module"');
});
