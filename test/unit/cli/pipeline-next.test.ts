import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runCommandLine } from '../../../src/cli/command-line.ts';
import { shellWord } from '../../../src/base/shell-word.ts';

const before = process.cwd();
const folder = mkdtempSync(join(tmpdir(), 'attune-next-'));

beforeAll(() => {
  process.chdir(folder);
  process.env.ATTUNE_HOME = join(folder, 'home');
});
afterAll(() => {
  process.chdir(before);
  delete process.env.ATTUNE_HOME;
  rmSync(folder, { recursive: true });
});

async function run(...argv: string[]) {
  let [out, errors] = ['', ''];
  const streams = {
    stdout: { write: (text: string) => (out += text) },
    stderr: { write: (text: string) => (errors += text) },
  };
  const code = await runCommandLine(argv, { stdin: {}, ...streams, env: {} });
  return { code, out, errors };
}

test('the command that a pipeline ends with works as it stands, and leaves the pipeline file alone', async () => {
  mkdirSync('in');
  const rows = Array.from({ length: 40 }, (_, i) => ({
    text: `a question about ${'abcdefghij'[i % 10]} ${i ** 3}`,
    label: i % 2 ? 'yes' : 'no',
  }));
  writeFileSync('in/rows.jsonl', rows.map((row) => JSON.stringify(row)).join('\n'));
  const pipeline = 'sources: [in/rows.jsonl]\nsteps: [{step: records}]\nsplit: {test: 0.2, validation: 0.2}\n';
  writeFileSync('support.yaml', pipeline);
  const { out, code, errors } = await run('data', 'pipeline', 'support.yaml', '--output', 'data/support');
  expect(code, errors).toBe(0);
  const words = /attune (init .*?) {2}/.exec(out)![1].split(' ');
  expect(words).toEqual(['init', 'data/support', '--output', 'support-recipe.yaml']);
  const next = await run(...words);
  expect(next.code, next.errors).toBe(0);
  expect(readFileSync('support.yaml', 'utf8')).toBe(pipeline);
});

test('a path with spaces is one word of the shell', () => {
  expect(shellWord('data/support')).toBe('data/support');
  expect(shellWord("it's here")).toBe(String.raw`'it'\''s here'`);
});
