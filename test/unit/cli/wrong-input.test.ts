import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runCommandLine } from '../../../src/cli/command-line.ts';

const before = process.cwd();
const folder = mkdtempSync(join(tmpdir(), 'attune-wrong-'));

const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);
const files: Record<string, string | Buffer> = {
  'empty.jsonl': '',
  'binary.jsonl': Buffer.from(Array.from({ length: 4096 }, (_, i) => (i * 197 + 89) % 256)),
  'text.md': '# A heading\n\nA paragraph.\n',
  'picture.png': PNG,
  'paper.pdf': '%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n',
  'table.csv': 'a,b\n1,2\n"x,3\n',
  'odd.jsonl': '{"text": 5}\n[1,2]\n"text"\nnull\n',
  'list.yaml': '- 1\n- 2\n',
  'broken.yaml': 'a: [1\n',
  'null.json': 'null\n',
};

/** FILE is replaced by the wrong input; none of these commands starts the engine. */
const lines = [
  ['init', 'FILE', '--yes'],
  ['train', 'FILE'],
  ['data', 'inspect', 'FILE'],
  ['data', 'pipeline', 'FILE', '--output', 'made'],
  ['data', 'redact', 'FILE', '--output', 'made.jsonl'],
  ['data', 'audit', 'FILE'],
  ['data', 'groups', 'FILE'],
  ['data', 'diff', 'FILE', 'FILE'],
  ['data', 'counterfactuals', 'FILE', '--output', 'made.jsonl'],
  ['data', 'restore', 'FILE', '--vault', 'FILE', '--output', 'made.jsonl'],
  ['models', 'show', 'FILE'],
  ['models', 'import', 'FILE'],
  ['runs', 'show', 'FILE'],
  ['runs', 'resume', 'FILE'],
  ['runs', 'verify', 'FILE'],
  ['runs', 'open', 'FILE'],
  ['export', 'FILE', '--to', 'merged'],
  ['serve', 'FILE'],
  ['serve', '--config', 'FILE'],
  ['serve', 'attune-base', '--api-keys', 'FILE', '--port', 'x'],
  ['keys', 'create', 'name', '--file', 'FILE'],
];

beforeAll(() => {
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
  mkdirSync(join(folder, 'empty-folder'));
  process.chdir(folder);
  process.env.ATTUNE_HOME = join(folder, 'home');
});
afterAll(() => {
  process.chdir(before);
  delete process.env.ATTUNE_HOME;
  rmSync(folder, { recursive: true });
});

test.each(lines.map((words) => [words.join(' '), words] as const))('%s: no wrong input is a bug', async (_, words) => {
  for (const file of [...Object.keys(files), 'empty-folder', 'nowhere.jsonl', '']) {
    let errors = '';
    const code = await runCommandLine(
      words.map((word) => (word === 'FILE' ? file : word)),
      { stdin: {}, stdout: { write: () => true }, stderr: { write: (text) => (errors += text) }, env: {} },
    );
    expect(code, `${file}: ${errors}`).toBeLessThan(2);
    expect(errors, file).not.toMatch(/^ {4}at |bug in attune/m);
  }
});
