import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { randomUnit } from '../../src/base/random.ts';
import { listCheckpoints } from '../../src/store/checkpoints.ts';
import { writeTinyModel } from './cli-tiny-model.ts';

const folder = mkdtempSync(join(tmpdir(), 'attune-resume-'));
const attune = new URL('../../bin/attune', import.meta.url).pathname;

beforeAll(async () => {
  const words = ['red', 'green', 'blue', 'round', 'square', 'small', 'large'];
  const rows = Array.from({ length: 48 }, (_, i) => ({
    prompt: `What is item ${i}?`,
    completion: ` A ${words[i % 7]}, ${words[(i * 3 + 1) % 7]} thing numbered ${i * 17}.`,
  }));
  const text = rows.map((row) => JSON.stringify(row)).join('\n');
  writeFileSync(join(folder, 'rows.jsonl'), `${text}\n`);
  await writeTinyModel(join(folder, 'model'), text);
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

function train(output: string, more: readonly string[] = []): ChildProcess {
  const settings = [
    '--model',
    'model',
    '--train',
    'rows.jsonl',
    '--tuning.r',
    '4',
    '--tuning.dropout',
    '0.1',
    '--epochs',
    '10',
  ];
  const rhythm = [
    '--batch-size',
    '4',
    '--checkpoints.every',
    '7',
    '--evaluation.every',
    '9',
    '--test',
    '0',
    '--precision',
    'f32',
  ];
  return spawn(attune, ['train', ...settings, ...rhythm, '--output-dir', output, ...more], {
    cwd: folder,
    stdio: 'ignore',
    detached: true,
  });
}

function ended(child: ChildProcess): Promise<number | null> {
  return new Promise((resolve) => {
    child.once('exit', resolve);
  });
}

it('five kills at random moments and resumes give the adapter of an uninterrupted run, byte for byte', async () => {
  expect(await ended(train('whole'))).toBe(0);
  let kills = 0;
  let lastExit: unknown;
  for (let attempt = 0; attempt < 40; attempt++) {
    const child = train('killed', ['--resume']);
    const exit = ended(child);
    const wait = 2500 + 4000 * randomUnit([7, 'kill', attempt]);
    const killed = await Promise.race([
      exit.then(() => false),
      new Promise<boolean>((resolve) => setTimeout(() => resolve(true), wait)),
    ]);
    if (!killed || kills >= 5) {
      lastExit = await exit;
      break;
    }
    // The whole group: the command line and its worker.
    process.kill(-child.pid!, 'SIGKILL');
    await exit;
    kills++;
  }
  expect(lastExit).toBe(0);
  expect(kills).toBeGreaterThanOrEqual(1);
  const adapter = (run: string) => readFileSync(join(folder, run, 'adapter', 'adapter_model.safetensors'));
  expect(adapter('killed').equals(adapter('whole'))).toBe(true);
  expect(listCheckpoints(join(folder, 'killed')).length).toBeGreaterThan(0);
});
