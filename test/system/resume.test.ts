import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { randomUnit } from '../../src/base/random.ts';
import { listCheckpoints } from '../../src/store/checkpoints.ts';
import { readEvents } from '../../src/store/run-folder.ts';
import { findLockOwner } from '../../src/store/run-lock.ts';
import { readHeartbeat } from '../../src/store/run-paths.ts';
import { writeTinyModel } from './cli-tiny-model.ts';
import { countWholeFiles } from './whole-files.ts';

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

/** The last step in a run's log, from any process. */
function lastStep(run: string): number {
  const path = join(folder, run, 'metrics.jsonl');
  if (!existsSync(path)) return 0;
  const steps = readFileSync(path, 'utf8').matchAll(/"step":(\d+)/g);
  return [...steps].reduce((_, [, step]) => Number(step), 0);
}

/** Lets a run pass a step by a random moment, then kills the command and its worker. */
async function killAfter(run: string, step: number, chance: number): Promise<void> {
  const child = train(run, ['--resume']);
  const exit = ended(child);
  const isOver = exit.then(() => true);
  for (;;) {
    const over = await Promise.race([isOver, sleep(20, false)]);
    if (over) throw new Error(`the run ended at step ${lastStep(run)}, before it could be killed after step ${step}`);
    if (lastStep(run) >= step) break;
  }
  await sleep(40 * chance);
  const worker = readHeartbeat(join(folder, run))!.pid;
  process.kill(-child.pid!, 'SIGKILL');
  try {
    process.kill(worker, 'SIGKILL');
  } catch {
    // It was in the same group and has already ended.
  }
  await exit;
  // The worker may still be exiting.
  await expect.poll(() => findLockOwner(join(folder, run)), { timeout: 10_000 }).toBeUndefined();
}

const KILLS = 3;
const STEPS_BETWEEN = 30;

it('three kills at random moments leave no torn file, and resumes give the adapter of an uninterrupted run, byte for byte', async () => {
  expect(await ended(train('whole'))).toBe(0);
  for (let kill = 0; kill < KILLS; kill++) {
    const step = Math.round(STEPS_BETWEEN * (kill + randomUnit([7, 'step', kill]))) + 1;
    await killAfter('killed', step, randomUnit([7, 'moment', kill]));
    expect(countWholeFiles(join(folder, 'killed'))).toBeGreaterThan(3);
  }
  const { stdout } = spawnSync(attune, ['runs', 'show', 'killed', '--json'], { cwd: folder, encoding: 'utf8' });
  expect((JSON.parse(stdout) as { status: string }).status).toBe('interrupted');
  expect(await ended(train('killed', ['--resume']))).toBe(0);
  const adapter = (run: string) => readFileSync(join(folder, run, 'adapter', 'adapter_model.safetensors'));
  expect(adapter('killed').equals(adapter('whole'))).toBe(true);
  expect(listCheckpoints(join(folder, 'killed')).length).toBeGreaterThan(0);
  const resumes = [...readEvents(join(folder, 'killed'))].filter(({ type }) => type === 'run-resumed');
  expect(resumes.length).toBeGreaterThanOrEqual(KILLS - 1);
});
