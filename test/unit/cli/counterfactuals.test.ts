import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { runCommandLine } from '../../../src/cli/command-line.ts';

const folder = mkdtempSync(join(tmpdir(), 'attune-pairs-'));
const path = (name: string) => join(folder, name);
beforeAll(() => writeFileSync(path('rows.jsonl'), '{"text": "He left his keys", "label": "a"}\n'));
afterAll(() => rmSync(folder, { recursive: true }));

async function run(output: string, ...words: string[]) {
  let out = '';
  const silent = { write: () => true };
  const code = await runCommandLine(
    ['data', 'counterfactuals', path('rows.jsonl'), '--output', path(output), ...words, '--json'],
    { stdin: {}, stdout: { write: (text: string) => (out += text) }, stderr: silent, env: {} },
  );
  return { code, document: JSON.parse(out) as { error?: { code: string; expected: string } } };
}

it('data counterfactuals takes its default seed, 0, and a change named twice once', async () => {
  expect(await run('usual.jsonl', '--change', 'gender')).toMatchObject({ code: 0, document: { pairs: 1 } });
  const named = await run('named.jsonl', '--seed', '0', '--change', 'gender', '--change', 'gender');
  expect(named).toMatchObject({ code: 0, document: { pairs: 1 } });
  expect(readFileSync(path('named.jsonl'), 'utf8')).toBe(readFileSync(path('usual.jsonl'), 'utf8'));
});

it('data counterfactuals refuses a change that it does not know, and says which there are', async () => {
  const { code, document } = await run('never.jsonl', '--change', 'age');
  expect(code).toBe(1);
  expect(document.error).toMatchObject({ code: 'E_USAGE', expected: 'gender, origin, nationality' });
});
