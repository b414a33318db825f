import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const folder = mkdtempSync(join(tmpdir(), 'attune-memory-'));
const COLOURS = ['red', 'green', 'blue', 'white'];

beforeAll(() => {
  const rows = Array.from({ length: 96 }, (_, i) => [
    COLOURS[(i * 7) % 4],
    `What colour has thing ${i} of box ${(i * 31) % 97}?`,
  ]);
  const write = (name: string, row: (colour: string, question: string) => object) =>
    writeFileSync(
      join(folder, name),
      rows.map(([colour, question]) => JSON.stringify(row(colour, question))).join('\n'),
    );
  write('answers.jsonl', (completion, prompt) => ({ prompt, completion }));
  write('labels.jsonl', (label, text) => ({ text, label }));
});
afterAll(() => rmSync(folder, { recursive: true }));

interface Told {
  type: string;
  peakBytes?: number;
}

/** Ratio of the preflight's estimate to the run's peak memory. */
function ratio(name: string, flags: readonly string[]): number {
  const data = ['--train', name.startsWith('class') ? 'labels.jsonl' : 'answers.jsonl'];
  const argv = [
    'train',
    '--model',
    'attune-base',
    ...data,
    '--max_steps',
    '3',
    '--output_dir',
    name,
    ...flags,
    '--json',
  ];
  const env = { ...process.env, ATTUNE_HOME: join(folder, 'home'), ATTUNE_THREADS: '1' };
  const { status, stderr } = spawnSync(resolve('bin/attune'), argv, { cwd: folder, env, encoding: 'utf8' });
  expect(status, stderr).toBe(0);
  const lines = readFileSync(join(folder, name, 'events.jsonl'), 'utf8')
    .trim()
    .split('\n');
  const events = lines.map((line) => JSON.parse(line) as Told);
  const [foreseen, held] = ['preflight-finished', 'run-finished'].map(
    (type) => events.find((event) => event.type === type)!.peakBytes!,
  );
  return foreseen / held;
}

describe.skipIf(!existsSync('build/attune.node'))('the memory that the preflight foresees', () => {
  it.each([
    ['lora', ['--tuning', 'lora']],
    ['full', ['--tuning', 'full']],
    ['classes', ['--objective', 'classification']],
  ])(
    'is within a quarter of what the run holds at most: %s',
    (name, flags) => {
      const value = ratio(name, flags);
      expect(value).toBeGreaterThan(0.75);
      expect(value).toBeLessThan(1.25);
    },
    120_000,
  );
});
