// A limit on file sizes simulates a full disk: the system rejects the same writes, also in the middle of a file.
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { listCheckpoints } from '../../src/store/checkpoints.ts';
import { readHeartbeat } from '../../src/store/run-paths.ts';
import { BadInputBench, type FailureDocument } from './bad-input-bench.ts';

let bench: BadInputBench;

const canLimit = spawnSync('prlimit', ['--version']).status === 0;

/** Runs the command with a limit on the size of every file. */
function runLimited(bytes: number, argv: readonly string[]): { code: number | null; error: FailureDocument } {
  const limited = [`--fsize=${bytes}:unlimited`, bench.bin, ...argv, '--json'];
  const { status, stdout } = spawnSync('prlimit', limited, { cwd: bench.folder, env: bench.env, encoding: 'utf8' });
  return { code: status, error: (JSON.parse(stdout) as { error: FailureDocument }).error };
}

/** Few enough rows and frequent enough saves for a run to end in seconds. */
function longRun(output: string): string[] {
  const rhythm = ['--checkpoints.every', '10', '--test', '0', '--max-steps', '120'];
  return bench.train({}, ...rhythm, '--output-dir', output);
}

interface Ended {
  code: number | null;
  error?: FailureDocument;
}

function start(argv: readonly string[]): { child: ChildProcess; ended: Promise<Ended> } {
  const stdio = ['ignore', 'pipe', 'ignore'] as const;
  const child = spawn(bench.bin, [...argv, '--json'], { cwd: bench.folder, env: bench.env, stdio: [...stdio] });
  let text = '';
  child.stdout!.on('data', (data) => (text += String(data)));
  const ended = new Promise<Ended>((done) => {
    child.on('close', (code) => done({ code, ...(JSON.parse(text) as { error?: FailureDocument }) }));
  });
  return { child, ended };
}

/** Lets a run save something, then limits the size of its files. */
async function fillDuring(output: string, bytes: number): Promise<Ended> {
  const folder = bench.path(output);
  const { child, ended } = start(longRun(output));
  while (listCheckpoints(folder).length === 0 && child.exitCode === null) await sleep(10);
  spawnSync('prlimit', ['--pid', String(readHeartbeat(folder)!.pid), `--fsize=${bytes}:unlimited`]);
  return ended;
}

function linesOf(path: string): string[] {
  return readFileSync(path, 'utf8').split('\n').slice(0, -1);
}

describe.skipIf(!existsSync('build/attune.node') || !canLimit)('a disk that is full', () => {
  beforeAll(async () => {
    bench = await BadInputBench.make();
  });
  afterAll(() => bench.remove());

  it('before training is told by the preflight, which leaves nothing behind', () => {
    const { code, error } = runLimited(50_000, longRun('never'));
    expect({ code, error: error.code }).toEqual({ code: 1, error: 'E_DISK_FULL' });
    expect(error.fix).toContain('free some space');
    expect(readdirSync(bench.path('never')).filter((name) => name.startsWith('.'))).toEqual([]);
  });

  it('at a checkpoint or in the middle of the log ends the run with its own code and no torn file; resumed, it comes to the same bytes', async () => {
    expect(bench.run(longRun('whole')).code).toBe(0);
    // A checkpoint's weights are larger than 100 kB; the log is longer than 4 kB after the first few steps.
    for (const [output, bytes] of [
      ['checkpoint', 50_000],
      ['log', 4_000],
    ] as const) {
      const { code, error } = await fillDuring(output, bytes);
      expect({ code, error: error?.code }).toEqual({ code: 1, error: 'E_DISK_FULL' });
      const names = readdirSync(bench.path(output), { recursive: true, encoding: 'utf8' });
      expect(names.filter((name) => /\.tmp$|\.unfinished-/.test(name))).toEqual([]);
      for (const name of ['events.jsonl', 'metrics.jsonl']) {
        for (const line of linesOf(bench.path(`${output}/${name}`))) JSON.parse(line);
      }
      expect(bench.run([...longRun(output), '--resume']).code).toBe(0);
      const adapter = (run: string) => readFileSync(bench.path(`${run}/adapter/adapter_model.safetensors`));
      expect(adapter(output).equals(adapter('whole'))).toBe(true);
    }
  });

  it('while a model is exported leaves no folder, and the next try succeeds', () => {
    const weights = statSync(bench.path('model/model.safetensors')).size;
    const { error } = runLimited(Math.floor(weights / 2), ['export', 'whole']);
    expect(error.code).toBe('E_DISK_FULL');
    expect(readdirSync(bench.path('whole')).filter((name) => name.includes('merged'))).toEqual([]);
    expect(bench.run(['export', 'whole']).code).toBe(0);
  });

  it('weights of the base model that are overwritten or cut while a run uses them end it by that reason', async () => {
    for (const [name, change] of [
      ['overwritten', (file: string) => writeFileSync(file, Buffer.alloc(statSync(file).size, 1), { flag: 'r+' })],
      ['cut', (file: string) => truncateSync(file, 5000)],
    ] as const) {
      bench.copy('model', name);
      const { child, ended } = start(
        bench.train({ model: name }, '--test', '0', '--max-steps', '2000', '--output-dir', `of-${name}`),
      );
      const log = bench.path(`of-${name}/metrics.jsonl`);
      while (child.exitCode === null && !(existsSync(log) && statSync(log).size > 0)) await sleep(10);
      change(bench.path(`${name}/model.safetensors`));
      const { code, error } = await ended;
      expect([name, code]).toEqual([name, 1]);
      const reason = error!.code === 'E_WORKER_CRASHED' ? error!.fix : error!.what;
      expect(reason).toMatch(/was changed while it was in use|was truncated, such as the weights/);
      expect(existsSync(bench.path(`of-${name}/adapter`))).toBe(false);
    }
  });
});
