import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { freePort } from '../../src/base/free-port.ts';
import { isRunning } from '../../src/base/is-running.ts';
import { readHeartbeat } from '../../src/store/run-paths.ts';
import { writeTinyModel } from './cli-tiny-model.ts';
import { killWhenReached, lossesOf } from './shared-run-tools.ts';

const folder = mkdtempSync(join(tmpdir(), 'attune-shared-run-'));
const attune = new URL('../../bin/attune', import.meta.url).pathname;
const environment = { ...process.env, ATTUNE_THREADS: '1' };

const words = ['red', 'green', 'blue', 'round', 'square', 'small', 'large'];
const rows = Array.from({ length: 40 }, (_, i) => ({
  prompt: `What is item ${i}?`,
  completion: ` A ${words[i % 7]}, ${words[(i * 3 + 1) % 7]} thing.`,
}));

beforeAll(async () => {
  writeFileSync(join(folder, 'rows.jsonl'), rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
  await writeTinyModel(join(folder, 'model'), rows.map((row) => JSON.stringify(row)).join('\n'));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

const usual = {
  model: 'model',
  'tuning.r': 4,
  'tuning.dropout': 0.1,
  max_steps: 6,
  batch_size: 8,
  precision: 'f32',
  'checkpoints.every': 2,
  'evaluation.every': 3,
  baselines: 'none',
};
const SFT = { train: 'rows.jsonl' };

function commandOf(output: string, settings: Record<string, string | number>): string[] {
  const flags = Object.entries({ ...usual, ...settings }).flatMap(([name, value]) => [`--${name}`, String(value)]);
  return ['train', ...flags, '--output-dir', output];
}

function run(argv: readonly string[]): { status: number | null; text: string } {
  const { status, stdout, stderr } = spawnSync(attune, argv, { cwd: folder, env: environment, encoding: 'utf8' });
  return { status, text: stdout + stderr };
}

// Other objectives and optimizers: test/engine/jobs/shared-run.test.ts.
it('a shared run has the losses of one process, and its bytes where one process takes over the shares', () => {
  expect(run(commandOf('one', SFT))).toMatchObject({ status: 0 });
  expect(run([...commandOf('two', SFT), '--processes', '2'])).toMatchObject({ status: 0 });
  const [one, two] = [lossesOf(join(folder, 'one')), lossesOf(join(folder, 'two'))];
  expect(two).toHaveLength(usual.max_steps);
  for (const [step, loss] of one.entries()) expect(Math.abs(two[step] - loss)).toBeLessThan(1e-6);
  const again = run(['runs', 'verify', 'two', '--retrain']);
  expect(again).toMatchObject({ status: 0, text: expect.stringContaining('as recorded') });
});

interface Running {
  child: ChildProcess;
  text: () => string;
  ended: Promise<number | null>;
}

function start(argv: readonly string[], env: NodeJS.ProcessEnv = {}): Running {
  const child = spawn(attune, argv, { cwd: folder, env: { ...environment, ...env } });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (data: Buffer) => (text += data.toString()));
  return { child, text: () => text, ended: new Promise((resolve) => child.once('exit', resolve)) };
}

it('a stopped rank is named, and the run goes on with fewer to the same bytes', async () => {
  // More ranks, moments and signals: npm run stress:recovery -- ranks.
  const long = { ...SFT, max_steps: 40, 'checkpoints.every': 10, 'evaluation.every': 1000 };
  const running = start([...commandOf('lost', long), '--processes', '3']);
  await killWhenReached({ run: join(folder, 'lost'), step: 12, pid: running.child.pid!, signal: 'SIGSTOP' });
  const since = performance.now();
  expect(await running.ended).toBe(1);
  expect(performance.now() - since).toBeLessThan(30_000);
  expect(running.text()).toMatch(/Rank [12] of 3 is gone/);
  expect(running.text()).toContain('E_RANK_LOST');
  expect(run([...commandOf('lost', long), '--processes', '2', '--resume'])).toMatchObject({ status: 0 });
  expect(run(['runs', 'verify', 'lost', '--retrain'])).toMatchObject({ status: 0 });
});

it('a run that is lost before its first checkpoint keeps its shares', async () => {
  const short = { ...SFT, max_steps: 12, 'checkpoints.every': 12, 'evaluation.every': 1000 };
  expect(run([...commandOf('whole', short), '--processes', '3'])).toMatchObject({ status: 0 });
  const running = start([...commandOf('early', short), '--processes', '3']);
  await killWhenReached({ run: join(folder, 'early'), step: 2, pid: running.child.pid!, signal: 'SIGKILL' });
  expect(await running.ended).toBe(1);
  expect(run([...commandOf('early', short), '--processes', '2', '--resume'])).toMatchObject({ status: 0 });
  const weights = (name: string) => readFileSync(join(folder, name, 'adapter', 'adapter_model.safetensors'));
  expect(weights('early').equals(weights('whole'))).toBe(true);
});

it('a rank that a launcher started ends by itself when another is stopped, and the stopped one when it is asked to', async () => {
  const long = { ...SFT, max_steps: 4000, 'checkpoints.every': 4000, 'evaluation.every': 4000 };
  const shared = {
    WORLD_SIZE: '2',
    LOCAL_WORLD_SIZE: '2',
    MASTER_ADDR: '127.0.0.1',
    MASTER_PORT: String(await freePort()),
  };
  const [leader, follower] = ['0', '1'].map((rank) =>
    start(commandOf('launched', long), { ...shared, RANK: rank, LOCAL_RANK: rank }),
  );
  const run = join(folder, 'launched');
  await killWhenReached({ run, step: 4, pid: leader.child.pid!, signal: 'SIGSTOP', isLeader: true });
  expect(await follower.ended).toBe(1);
  expect(follower.text()).toContain('Rank 0 of 2 is gone');
  const { pid } = readHeartbeat(run)!;
  leader.child.kill('SIGTERM');
  expect(await leader.ended).toBe(1);
  expect(isRunning(pid)).toBe(false);
});
