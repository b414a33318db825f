import { spawn, spawnSync } from 'node:child_process';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { assessmentPaths } from '../../../src/evaluation/assessments/assessment-files.ts';
import {
  listCheckpoints,
  pruneCheckpoints,
  removeUnfinished,
  writeCheckpoint,
} from '../../../src/store/checkpoints.ts';
import { JsonLinesReader, JsonLinesWriter, readJsonLines } from '../../../src/store/json-lines.ts';
import { isAlive, linuxStartTime, ownIdentity } from '../../../src/store/process-identity.ts';
import { evaluationMetrics, newRunId, readEvents, readRun, RunFolder } from '../../../src/store/run-folder.ts';
import { findLockOwner, lockRun } from '../../../src/store/run-lock.ts';
import { runPaths, writeHeartbeat } from '../../../src/store/run-paths.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'attune-run-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

const started = { type: 'run-started', run: 'r1', folder: '', base: '', recipe: { seed: 1 }, identity: {} } as const;
const finished = {
  type: 'run-finished',
  step: 4,
  choice: { step: 4, reason: 'last-step' },
  result: 'adapter',
  metrics: {},
  seconds: 1,
} as const;

describe('a run folder', () => {
  test('keeps no assessment of an earlier run', () => {
    const measured = assessmentPaths(folder);
    const all = [...measured, runPaths(folder).measured];
    for (const path of all) writeFileSync(path, '{}');
    new RunFolder(folder, { measured }).close();
    expect(all.filter((path) => existsSync(path))).toEqual([]);
  });

  test('keeps the recipe, the events and the metrics under the names that other tools use', () => {
    const run = new RunFolder(folder);
    run.record(started);
    run.record({
      type: 'step-finished',
      step: 1,
      steps: 4,
      epoch: 0.25,
      loss: 2.5,
      grad_norm: Number.NaN,
      learning_rate: 1e-4,
      inputTokens: 640,
      lossTokens: 64,
      tokensPerSecond: 10,
      secondsLeft: 3,
      memoryBytes: 1,
      metrics: { mean_token_accuracy: 0.5 },
    });
    const evaluation = { type: 'evaluation-finished', step: 1, epoch: 0.25, rows: 9, best: true } as const;
    run.record({ ...evaluation, split: 'validation', metrics: { loss: 2 } });
    run.record({ ...evaluation, split: 'test', metrics: { loss: 3 } });
    run.record(finished);
    run.close();
    expect(JSON.parse(readFileSync(join(folder, 'recipe.json'), 'utf8'))).toEqual({ seed: 1 });
    expect([...readJsonLines(join(folder, 'metrics.jsonl'))]).toEqual([
      { step: 1, epoch: 0.25, loss: 2.5, learning_rate: 1e-4, num_tokens: 640, mean_token_accuracy: 0.5 },
      { step: 1, epoch: 0.25, eval_loss: 2 },
      { step: 1, epoch: 0.25, test_loss: 3 },
    ]);
    expect([...readEvents(folder)].map(({ type }) => type)).toEqual([
      'run-started',
      'step-finished',
      'evaluation-finished',
      'evaluation-finished',
      'run-finished',
    ]);
    expect(readRun(folder)).toMatchObject({ id: 'r1', status: 'finished', step: 4, result: join(folder, 'adapter') });
  });

  test('that holds a result is not begun anew, but one whose run came to nothing is', () => {
    const failed = new RunFolder(folder);
    failed.record({ type: 'run-failed', step: 0, error: { what: 'no rows' } });
    failed.close();
    expect(readRun(folder)).toMatchObject({ status: 'failed', error: 'no rows' });
    const second = new RunFolder(folder);
    second.record(started);
    second.record(finished);
    second.close();
    expect([...readEvents(folder)]).toHaveLength(2);
    expect(() => new RunFolder(folder)).toThrow(/E_RUN_EXISTS/);
    expect(findLockOwner(folder)).toBeUndefined();
    new RunFolder(folder, { resume: true }).close();
    expect([...readEvents(folder)]).toHaveLength(2);
  });

  test('with checkpoints is not begun anew', async () => {
    await writeCheckpoint(folder, 3, (draft) => writeFileSync(join(draft, 'state'), 'x'));
    expect(() => new RunFolder(folder)).toThrow(/E_RUN_EXISTS/);
  });

  test('that does not contain a run is refused by name', () => {
    expect(() => readRun(folder)).toThrow(/does not contain a run \[E_RUN_MISSING\]/);
  });

  test('that cannot be written is refused before anything starts', () => {
    writeFileSync(join(folder, 'file'), '');
    expect(() => new RunFolder(join(folder, 'file', 'run'))).toThrow(/E_NOT_WRITABLE/);
  });

  test('run ids sort by time', () => {
    const [first, second] = [newRunId(new Date('2025-01-31T10:00:00Z')), newRunId(new Date('2025-02-01T09:00:00Z'))];
    expect(first).toMatch(/^20250131-100000-[0-9a-f]{6}$/);
    expect(first < second).toBe(true);
  });

  test('of a run whose result is an earlier step tells how far it came and which step that is', () => {
    const run = new RunFolder(folder);
    run.record(started);
    run.record({ type: 'checkpoint-saved', step: 4, folder: 'step-4', bytes: 1 });
    run.record({ type: 'run-resumed', step: 9, from: 'step-9' });
    const choice = { step: 4, reason: 'lowest-validation-loss' } as const;
    run.record({ type: 'run-finished', step: 4, choice, result: 'adapter', metrics: {}, seconds: 1 });
    run.close();
    expect(readRun(folder)).toMatchObject({ status: 'finished', step: 9, resultStep: 4 });
  });

  test('metrics that are not finite are left out', () => {
    const evaluation = { type: 'evaluation-finished', step: 2, epoch: 1, rows: 1, best: false } as const;
    const metrics = { loss: Number.POSITIVE_INFINITY, 'rewards/margins': 1 };
    expect(evaluationMetrics({ ...evaluation, split: 'validation', metrics })).toEqual({
      step: 2,
      epoch: 1,
      'eval_rewards/margins': 1,
    });
  });
});

describe('lines of JSON', () => {
  const path = () => join(folder, 'lines.jsonl');

  test('a torn last line is not read, and is cut off before the next is appended', () => {
    writeFileSync(path(), '{"a":1}\n{"a":2');
    expect([...readJsonLines(path())]).toEqual([{ a: 1 }]);
    const writer = new JsonLinesWriter(path());
    writer.append({ a: 3 });
    writer.close();
    expect(readFileSync(path(), 'utf8')).toBe('{"a":1}\n{"a":3}\n');
  });

  test('a whole last line that lacks only its newline is kept', () => {
    writeFileSync(path(), '{"a":1}\n{"a":2}');
    const writer = new JsonLinesWriter(path());
    writer.append({ a: 3 });
    writer.close();
    expect([...readJsonLines(path())]).toEqual([{ a: 1 }, { a: 2 }, { a: 3 }]);
  });

  test('a growing file is followed, across characters that a write cuts in two', () => {
    const reader = new JsonLinesReader<{ a: string }>(path());
    expect([...reader.read()]).toEqual([]);
    const bytes = Buffer.from('{"a":"é😀"}\n{"a":"two"}\n');
    for (const byte of bytes.subarray(0, 8)) appendFileSync(path(), Buffer.of(byte));
    expect([...reader.read()]).toEqual([]);
    appendFileSync(path(), bytes.subarray(8));
    expect([...reader.read()]).toEqual([{ a: 'é😀' }, { a: 'two' }]);
    expect([...reader.read()]).toEqual([]);
    writeFileSync(path(), '{"a":"new"}\n');
    expect([...reader.read()]).toEqual([{ a: 'new' }]);
  });

  test('lines longer than the read buffer come whole', () => {
    const long = 'x'.repeat(700_000);
    writeFileSync(path(), `{"a":"${long}"}\n{"a":"short"}\n{"a":"${long}`);
    expect([...readJsonLines<{ a: string }>(path())].map(({ a }) => a.length)).toEqual([700_000, 5]);
    new JsonLinesWriter(path()).close();
    expect(readFileSync(path(), 'utf8').endsWith('"short"}\n')).toBe(true);
  });
});

describe('the lock', () => {
  test('refuses a second run in the folder and says who holds it', () => {
    const lock = lockRun(folder);
    expect(() => lockRun(folder)).toThrow(new RegExp(`E_RUN_LOCKED[\\s\\S]*process ${process.pid} on`));
    expect(readRunStatus()).toBe(process.pid);
    lock.release();
    expect(readRunStatus()).toBeUndefined();
    lockRun(folder).release();
    expect(readdirSync(folder)).toEqual([]);
  });

  const readRunStatus = () => findLockOwner(folder)?.pid;

  test('of a process that is gone is taken over', () => {
    const dead = spawnSync(process.execPath, ['-e', '']).pid;
    writeLock({ ...ownIdentity(), pid: dead });
    expect(lockRun(folder).owner.pid).toBe(process.pid);
  });

  test('of a process whose number was given to another one is taken over', () => {
    writeLock({ ...ownIdentity(), startTime: '1' });
    expect(findLockOwner(folder)).toBeUndefined();
    lockRun(folder).release();
  });

  test('of another machine holds while its heartbeat is fresh', () => {
    const elsewhere = { ...ownIdentity(), machine: 'other-host boot namespace' };
    writeLock(elsewhere, Date.now() - 600_000);
    expect(findLockOwner(folder)).toBeUndefined();
    writeHeartbeat(folder, { pid: 1, at: Date.now() - 5_000, step: 1, phase: 'train', memoryBytes: 1 });
    expect(() => lockRun(folder)).toThrow(/E_RUN_LOCKED[\s\S]*on other-host/);
  });

  test('that a crash left without content is taken over', () => {
    writeFileSync(runPaths(folder).lock, '');
    const past = new Date(Date.now() - 60_000);
    spawnSync('touch', ['-d', past.toISOString(), runPaths(folder).lock]);
    expect(lockRun(folder).owner.pid).toBe(process.pid);
  });

  test('goes to exactly one of several processes that find a dead owner’s', async () => {
    writeLock({ ...ownIdentity(), startTime: '1' });
    const script = resolve(import.meta.dirname, 'lock-taker.ts');
    const children = Array.from({ length: 4 }, () => spawn(process.execPath, [script, folder], { stdio: 'pipe' }));
    const outputs = await Promise.all(children.map((child) => textOf(child.stdout)));
    for (const child of children) child.kill();
    expect(outputs.map((output) => output.trim()).sort()).toEqual(['locked', 'locked', 'locked', 'taken']);
  });

  function writeLock(identity: object, at = Date.now()): void {
    writeFileSync(runPaths(folder).lock, JSON.stringify({ ...identity, token: 'old', at }));
  }

  async function textOf(stream: NodeJS.ReadableStream): Promise<string> {
    for await (const chunk of stream) return String(chunk);
    return '';
  }
});

describe('a process', () => {
  test('is told apart by the start time in /proc, whatever its name holds', () => {
    const fields = Array.from({ length: 20 }, (_, i) => String(100 + i)).join(' ');
    expect(linuxStartTime(`42 (a) b (c)) S ${fields}`)).toBe('118');
    expect(linuxStartTime(`42 (gone) Z ${fields}`)).toBeUndefined();
  });

  test('that runs is alive, and one of another machine is unknown', () => {
    expect(isAlive(ownIdentity())).toBe(true);
    expect(isAlive({ ...ownIdentity(), machine: 'elsewhere' })).toBeUndefined();
  });
});

describe('checkpoints', () => {
  const save = (step: number) =>
    writeCheckpoint(folder, step, (draft) => writeFileSync(join(draft, 'state'), `${step}`));
  const steps = () => listCheckpoints(folder).map(({ step }) => step);

  test('are listed by step, with those that other tools name checkpoint-N', async () => {
    for (const step of [10, 2]) await save(step);
    mkdirSync(join(folder, 'checkpoint-5'));
    expect(steps()).toEqual([2, 5, 10]);
  });

  test('that fail half way leave nothing, and the older one of that step stays', async () => {
    await save(1);
    const failing = writeCheckpoint(folder, 1, (draft) => {
      writeFileSync(join(draft, 'state'), 'half');
      throw new Error('disk');
    });
    await expect(failing).rejects.toThrow('disk');
    expect(readdirSync(join(folder, 'checkpoints'))).toEqual(['step-1']);
    expect(readFileSync(join(folder, 'checkpoints', 'step-1', 'state'), 'utf8')).toBe('1');
  });

  test('that a crash left half replaced are restored, half written ones removed', async () => {
    await save(1);
    const checkpoints = join(folder, 'checkpoints');
    mkdirSync(join(checkpoints, '.unfinished-abc'));
    mkdirSync(join(checkpoints, '.replaced-step-2'));
    removeUnfinished(folder);
    expect(readdirSync(checkpoints).sort()).toEqual(['step-1', 'step-2']);
  });

  test('are pruned to the newest, and pinned ones stay', async () => {
    for (const step of [1, 2, 3, 4]) await save(step);
    expect(pruneCheckpoints(folder, { keep: 2, pinned: [1] }).map(({ step }) => step)).toEqual([2]);
    expect(steps()).toEqual([1, 3, 4]);
    expect(existsSync(join(folder, 'checkpoints', 'step-2'))).toBe(false);
  });
});
