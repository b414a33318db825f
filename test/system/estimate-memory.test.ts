import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fillerTokenizer, writeRandomModel } from '../../tools/stress/large-model.ts';

const folder = mkdtempSync(join(tmpdir(), 'attune-estimate-'));
const LENGTH = 256;
const SHAPE = {
  hidden_size: 768,
  intermediate_size: 2048,
  num_hidden_layers: 6,
  num_attention_heads: 12,
  num_key_value_heads: 4,
  vocab_size: 8000,
};

beforeAll(async () => {
  const word = (seed: number) => ((seed * 2654435761) >>> 0).toString(36);
  const rows = Array.from({ length: 4 }, (_, row) => ({
    text: Array.from({ length: LENGTH }, (_, i) => word(1 + row * 7919 + i)).join(' '),
  }));
  const text = rows.map((row) => JSON.stringify(row)).join('\n');
  writeFileSync(join(folder, 'rows.jsonl'), text);
  writeRandomModel(join(folder, 'model'), SHAPE, await fillerTokenizer(text, SHAPE.vocab_size));
});
afterAll(() => rmSync(folder, { recursive: true }));

function attune(...argv: string[]): string {
  const env = { ...process.env, ATTUNE_HOME: join(folder, 'home'), ATTUNE_THREADS: '1' };
  const { status, stdout, stderr } = spawnSync(resolve('bin/attune'), argv, { cwd: folder, env, encoding: 'utf8' });
  expect(status, stderr).toBe(0);
  return stdout;
}

const data = '--train rows.jsonl --long-rows truncate --objective pretrain --validation 0 --test 0'.split(' ');
const rhythm = ['--batch-size', '1', '--max-steps', '1', '--output-dir', 'run', '--overwrite'];

describe.skipIf(!existsSync('build/attune.node'))('the memory of an estimate', () => {
  it('is within a quarter of what a run of a step holds at most: loha on nf4', () => {
    const choice = ['--tuning', 'loha', '--storage', 'nf4', '--max-length', String(LENGTH)];
    attune('train', '--model', 'model', ...data, ...choice, ...rhythm, '--json');
    const lines = readFileSync(join(folder, 'run/events.jsonl'), 'utf8').trim().split('\n');
    const events = lines.map((line) => JSON.parse(line) as { type: string; peakBytes: number });
    const held = events.find(({ type }) => type === 'run-finished')!.peakBytes;
    const { estimates } = JSON.parse(attune('models', 'estimate', 'model', ...choice, '--json')) as {
      estimates: { memory: number }[];
    };
    const ratio = estimates[0].memory / held;
    expect(ratio).toBeGreaterThan(0.75);
    expect(ratio).toBeLessThan(1.25);
  }, 120_000);
});
