import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { runCommandLine } from '../../../src/cli/command-line.ts';

let folder: string;
let to: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'attune-command-'));
  to = join(folder, 'rows.jsonl');
  writeFileSync(join(folder, 'faq.md'), '# How do I pay?\n\nBy card, or by invoice if you are a firm.\n');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function run(...argv: string[]) {
  const [out, log]: [string[], string[]] = [[], []];
  const code = await runCommandLine(argv, {
    stdin: {},
    stdout: { write: (part: string) => out.push(part) > 0 },
    stderr: { write: (part: string) => log.push(part) > 0 },
    env: {},
  });
  return { code, stdout: out.join(''), stderr: log.join('') };
}

it('data prepare runs the steps that are named, in order, and prints one JSON document', async () => {
  const template = "template: {columns: {text: '{{ prompt }} {{ completion }}'}}";
  const { code, stdout } = await run(
    'data',
    'prepare',
    join(folder, 'faq.md'),
    '--output',
    to,
    '--step',
    'questions: {least: 5}',
    '--step',
    template,
    '--json',
  );
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({
    rows: 1,
    to,
    steps: [{ step: 'questions', options: { least: 5 } }, { step: 'template' }],
  });
  expect(JSON.parse(readFileSync(to, 'utf8'))).toMatchObject({
    text: 'How do I pay? By card, or by invoice if you are a firm.',
  });
});

it.each([
  [['--step', '['], 'E_USAGE'],
  [['--step', 'chunks: 5'], 'E_USAGE'],
  [['--step', '{}'], 'E_USAGE'],
  [['--step', 'chunk'], 'E_UNKNOWN_STEP'],
  [['--step', 'chunks: {sise: 5}'], 'E_STEP_OPTIONS'],
  [['--step', 'template'], 'E_STEP_OPTIONS'],
])('data prepare refuses %j with %s, and writes nothing', async (words, code) => {
  const result = await run('data', 'prepare', join(folder, 'faq.md'), '--output', to, ...words, '--json');
  expect(result.code).toBe(1);
  expect(result.stdout).toContain(code);
  expect(() => readFileSync(to)).toThrow('ENOENT');
});

it('data steps lists every step with its options and their defaults', async () => {
  const { stdout } = await run('data', 'steps');
  for (const part of ['conversations', 'session_hours', '(24)', 'teacher', 'endpoint', '(needed)'])
    expect(stdout).toContain(part);
});
