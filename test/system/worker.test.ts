import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { AttuneError } from '../../src/base/errors.ts';
import type { RunEvent, StampedEvent } from '../../src/base/events.ts';
import { openIndex } from '../../src/store/index-database.ts';
import { readEvents, readRun } from '../../src/store/run-folder.ts';
import { findLockOwner } from '../../src/store/run-lock.ts';
import { readHeartbeat } from '../../src/store/run-paths.ts';
import type { RunSummary } from '../../src/store/run-summary.ts';
import { listRuns } from '../../src/store/run-records.ts';
import {
  attach,
  endAhead,
  forkAhead,
  openSession,
  runJob,
  startJob,
  stop,
  type JobOptions,
} from '../../src/jobs/worker/index.ts';

const entry = new URL('./worker/main.ts', import.meta.url);
let home: string;
let folder: string;
const programs: ChildProcess[] = [];

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'attune-worker-'));
  folder = join(home, 'runs', 'one');
  process.env.ATTUNE_HOME = home;
});

afterEach(() => {
  for (const child of programs.splice(0)) child.kill('SIGKILL');
  rmSync(home, { recursive: true, force: true, maxRetries: 5 });
});

/** A job in the tests' own worker program. */
function options(job: string, input: unknown, more: Partial<JobOptions> = {}): JobOptions {
  return { job: job as JobOptions['job'], input: input as never, handleSignals: false, ...more };
}

async function steps(input: object, more: Partial<JobOptions> = {}) {
  return startJob(options('steps', { steps: 3, milliseconds: 1, ...input }, { folder, ...more }), entry);
}

async function caught(promise: Promise<unknown>): Promise<AttuneError> {
  return promise.then(
    () => {
      throw new Error('it should have failed');
    },
    (error: AttuneError) => error,
  );
}

async function until(condition: () => boolean): Promise<void> {
  for (let i = 0; i < 2000 && !condition(); i++) await wait(10);
  expect(condition()).toBe(true);
}

function childrenOf(pid: number): number[] {
  const pids = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8');
  return pids.trim().split(' ').filter(Boolean).map(Number);
}

const types = (events: readonly RunEvent[]) => events.map(({ type }) => type);

describe('a job', () => {
  test('runs in a process of its own and returns plain data', async () => {
    const probe = await runJob({ job: 'probe', input: undefined });
    expect(probe.pid).not.toBe(process.pid);
    expect(probe.threads).toBeGreaterThan(0);
  });

  test('runs in this process where that is asked for', async () => {
    const probe = await runJob({ job: 'probe', input: undefined, inProcess: true });
    expect(probe.pid).toBe(process.pid);
  });

  test('runs in the worker that was started ahead of it, and the next one in another', async () => {
    forkAhead('probe');
    const ahead = childrenOf(process.pid);
    const [first, second] = [
      await runJob({ job: 'probe', input: undefined }),
      await runJob({ job: 'probe', input: undefined }),
    ];
    expect(ahead).toContain(first.pid);
    expect(ahead).not.toContain(second.pid);
  });

  test('a worker started ahead ends if no job takes it', async () => {
    const before = childrenOf(process.pid);
    forkAhead('probe');
    const [ahead] = childrenOf(process.pid).filter((pid) => !before.includes(pid));
    expect(ahead).toBeGreaterThan(0);
    endAhead();
    await until(() => !childrenOf(process.pid).includes(ahead));
  });

  test('of an unknown name is refused with the known ones', async () => {
    const error = await caught(startJob(options('prob', undefined)));
    expect(error).toBeInstanceOf(AttuneError);
    expect(error.message).toMatch(/Unknown job "prob"[\s\S]*did you mean "probe"/);
  });

  test('with a folder leaves recipe, events, metrics, heartbeat, log and an entry in the index', async () => {
    const seen: RunEvent[] = [];
    const job = await steps({}, { onEvent: (event) => seen.push(event) });
    expect(await job.result).toEqual({ steps: 3 });
    const logged = [...readEvents(folder)];
    expect(logged).toEqual(seen);
    expect(types(logged)).toEqual([
      'run-started',
      'phase-started',
      'step-finished',
      'step-finished',
      'step-finished',
      'run-finished',
    ]);
    expect(readRun(folder)).toMatchObject({ status: 'finished', step: 3, model: 'test' });
    expect(readFileSync(join(folder, 'worker.log'), 'utf8')).toContain('a native library says something');
    expect(readFileSync(join(folder, 'metrics.jsonl'), 'utf8').split('\n')).toHaveLength(4);
    expect(readHeartbeat(folder)?.pid).toBe(job.pid);
    expect(findLockOwner(folder)).toBeUndefined();
    const index = await openIndex();
    expect(await listRuns(index)).toMatchObject([{ folder, status: 'finished', step: 3 }]);
    await index.destroy();
  });

  test('keeps the code, the problems and the advice of a user’s error, and the run is failed', async () => {
    const job = await steps({ trouble: { after: 2, kind: 'user-error' } });
    const error = await caught(job.result);
    expect(error).toBeInstanceOf(AttuneError);
    expect(error).toMatchObject({ code: 'E_NO_ROWS', fix: 'add some', problems: [{ message: 'bad', line: 3 }] });
    expect(readRun(folder)).toMatchObject({ status: 'failed', step: 2, error: 'no rows' });
  });

  test.each(['throw', 'uncaught'] as const)('that fails by a bug (%s) shows the stack of its process', async (kind) => {
    const job = await steps({ trouble: { after: 1, kind } });
    const error = await caught(job.result);
    expect(error).toMatchObject({ name: 'TypeError', message: 'a bug in the job' });
    expect(error.stack).toContain('worker/main.ts');
    expect(readRun(folder).status).toBe('failed');
  });

  test('whose watcher throws ends with the watcher’s error', async () => {
    const onEvent = () => {
      throw new Error('the terminal is gone');
    };
    await expect(steps({ milliseconds: 20 }, { onEvent }).then((job) => job.result)).rejects.toThrow(
      'terminal is gone',
    );
  });
});

describe('a crash', () => {
  test('by a signal tells the step, the phase, the last words and the log, and the run is failed', async () => {
    const seen: RunEvent[] = [];
    const job = await steps({ trouble: { after: 2, kind: 'signal' } }, { onEvent: (event) => seen.push(event) });
    const error = await caught(job.result);
    expect(error.code).toBe('E_WORKER_CRASHED');
    expect(error.message).toMatch(/"steps" crashed \(SIGSEGV\) after step 2 during train/);
    expect(error.message).toMatch(/got: .*a native library says something/);
    expect(error.fix).toContain(join(folder, 'worker.log'));
    expect(seen.at(-1)).toMatchObject({ type: 'run-failed', step: 2, error: { code: 'E_WORKER_CRASHED' } });
    expect([...readEvents(folder)]).toEqual(seen);
    expect(readRun(folder)).toMatchObject({ status: 'failed', step: 2 });
    await expect((await steps({})).result).resolves.toEqual({ steps: 3 });
  });

  test('without a folder shows what the process printed', async () => {
    const job = await steps({ trouble: { after: 1, kind: 'exit' } }, { folder: undefined });
    const error = await caught(job.result);
    expect(error.message).toMatch(/crashed \(exit code 7\) after step 1[\s\S]*a native library says something/);
  });
});

describe('two runs', () => {
  test('in one folder are refused while the first is going', async () => {
    const first = await steps({ steps: 1000, milliseconds: 10 });
    const error = await caught(steps({}));
    expect(error.code).toBe('E_RUN_LOCKED');
    expect(error.got).toContain(`process ${first.pid}`);
    first.stop('enough');
    await first.result;
  });

  test('in one folder are refused when the first has a result, unless it is resumed', async () => {
    await (
      await steps({})
    ).result;
    expect((await caught(steps({}))).code).toBe('E_RUN_EXISTS');
    await (
      await steps({}, { resume: true })
    ).result;
    expect([...readEvents(folder)]).toHaveLength(12);
  });
});

describe('stopping', () => {
  test('lets the job save and return', async () => {
    const controller = new AbortController();
    const onEvent = (event: RunEvent) =>
      event.type === 'step-finished' && event.step === 3 && controller.abort('enough');
    const job = await steps({ steps: 1000, milliseconds: 20 }, { signal: controller.signal, onEvent });
    const { steps: done } = (await job.result) as unknown as { steps: number };
    expect(readFileSync(join(folder, 'saved'), 'utf8')).toBe(String(done));
    expect(done).toBeLessThan(1000);
    expect(readRun(folder)).toMatchObject({ status: 'stopped', step: done });
    expect([...readEvents(folder)].at(-1)).toMatchObject({ reason: 'Stopped: enough' });
  });

  test('a job that gives up without a result is E_STOPPED, and its run is stopped', async () => {
    const job = await startJob(options('patient', undefined, { folder }), entry);
    job.stop('enough');
    expect((await caught(job.result)).code).toBe('E_STOPPED');
    expect(readRun(folder).status).toBe('stopped');
  });

  test('a job that does not listen is ended by kill, and its run is interrupted', async () => {
    const job = await startJob(options('deaf', undefined, { folder }), entry);
    job.stop('enough');
    job.kill();
    expect((await caught(job.result)).message).toContain('killed before it could save');
    expect(readRun(folder).status).toBe('interrupted');
  });

  test.each(['SIGINT', 'SIGTERM'] as const)('%s to the program saves and stops, a second one kills', async (signal) => {
    const gentle = program({ job: 'steps' });
    await until(() => (readRunSafely()?.step ?? 0) >= 2);
    gentle.kill(signal);
    expect(await exitOf(gentle)).toBe('result');
    expect(existsSync(join(folder, 'saved'))).toBe(true);
    rmSync(folder, { recursive: true });
    const stubborn = program({ job: 'deaf' });
    await until(() => findLockOwner(folder) !== undefined);
    stubborn.kill(signal);
    await wait(100);
    expect(findLockOwner(folder)).toBeDefined();
    // Repeated, since on a busy machine two signals may arrive as one.
    const again = setInterval(() => stubborn.kill(signal), 300);
    expect(await exitOf(stubborn)).toBe('E_STOPPED');
    clearInterval(again);
    expect(findLockOwner(folder)).toBeUndefined();
  });
});

describe('when the program dies', () => {
  test('its worker saves and stops', async () => {
    const parent = program({ job: 'steps' });
    await until(() => (readRunSafely()?.step ?? 0) >= 2);
    parent.kill('SIGKILL');
    await until(() => findLockOwner(folder) === undefined);
    expect(existsSync(join(folder, 'saved'))).toBe(true);
    expect(readRun(folder).status).toBe('stopped');
    expect([...readEvents(folder)].at(-1)).toMatchObject({ reason: 'Stopped: the program that started it has ended' });
  });

  test('a detached worker goes on, can be attached to, and is stopped through its folder', async () => {
    const parent = program({ job: 'steps', detach: true });
    expect(await exitOf(parent)).toBe('released');
    const step = readRun(folder).step;
    const events: StampedEvent[] = [];
    let summary: RunSummary | undefined;
    for await (const event of attach(folder)) {
      events.push(event);
      if (event.type === 'step-finished' && event.step === step + 3) summary = await stop(folder);
    }
    expect(summary?.status).toBe('stopped');
    expect(types(events)[0]).toBe('run-started');
    expect(events.at(-1)?.type).toBe('run-stopped');
    expect(events).toEqual([...readEvents(folder)]);
    expect((await caught(stop(folder))).code).toBe('E_RUN_NOT_RUNNING');
  });
});

describe('attaching', () => {
  test('to a run that died without a word ends, and to no run is refused', async () => {
    const job = await steps({ steps: 1000, milliseconds: 5 });
    const events: StampedEvent[] = [];
    for await (const event of attach(folder)) {
      events.push(event);
      if (event.type === 'step-finished') job.kill();
    }
    expect(events.at(-1)?.type).toBe('step-finished');
    expect((await caught(attach(home).next())).code).toBe('E_RUN_MISSING');
    await caught(job.result);
  });

  test('ends when its watcher leaves, and the run goes on', async () => {
    const job = await steps({ steps: 1000, milliseconds: 5 });
    const controller = new AbortController();
    for await (const event of attach(folder, { signal: controller.signal })) {
      if (event.type === 'step-finished') controller.abort();
    }
    expect(findLockOwner(folder)?.pid).toBe(job.pid);
    job.stop('enough');
    await job.result;
  });

  test('stop with kill ends a run that does not listen', async () => {
    const job = await startJob(options('deaf', undefined, { folder }), entry);
    const ended = caught(job.result);
    expect((await stop(folder, { kill: true })).status).toBe('interrupted');
    expect((await ended).message).toContain('killed before it could save');
    expect(readRun(folder).status).toBe('interrupted');
  });
});

describe('a session', () => {
  const talk = () => openSession(options('talk', undefined), entry);
  const ask = async (answer: AsyncIterable<{ word: number }>) => {
    const words: number[] = [];
    for await (const { word } of answer) words.push(word);
    return words;
  };

  test('answers requests that overlap, each in its own stream, and ends with the job’s result', async () => {
    const session = await talk();
    const slow = ask(session.send({ words: 3, milliseconds: 20 }));
    const quick = ask(session.send({ words: 2, milliseconds: 1 }));
    expect(await quick).toEqual([0, 1]);
    expect(await slow).toEqual([0, 1, 2]);
    expect(await session.close()).toEqual({ answered: 2 });
    await expect(ask(session.send({ words: 1, milliseconds: 1 }))).rejects.toThrow('closed');
  });

  test('carries typed arrays and NaN', async () => {
    const session = await talk();
    for await (const chunk of session.send<{ logits: Float32Array }>({ words: 1, milliseconds: 1 })) {
      expect(chunk.logits).toEqual(Float32Array.of(0, Number.NaN));
    }
    await session.close();
  });

  test('fails one request without ending', async () => {
    const session = await talk();
    await expect(ask(session.send({ words: 0, milliseconds: 1 }))).rejects.toThrow('nothing to say [E_EMPTY]');
    expect(await ask(session.send({ words: 1, milliseconds: 1 }))).toEqual([0]);
    await session.close();
  });

  test('cancels a request whose reader leaves', async () => {
    const session = await talk();
    for await (const _chunk of session.send({ words: 1e6, milliseconds: 1 })) break;
    expect(await session.close()).toEqual({ answered: 1 });
  });

  test('that crashes fails what waits', async () => {
    const session = await talk();
    const waiting = caught(ask(session.send({ words: 1e6, milliseconds: 1 })));
    const fatal = caught(ask(session.send({ words: -1, milliseconds: 1 })));
    expect((await waiting).code).toBe('E_WORKER_CRASHED');
    expect((await fatal).message).toContain('SIGABRT');
    expect((await caught(session.ended)).code).toBe('E_WORKER_CRASHED');
  });

  test('of a job that cannot start is refused', async () => {
    expect((await caught(openSession(options('refuse', undefined), entry))).message).toBe('refused');
  });
});

/** A program that runs a job; killed at the end of its test in any case. */
function program(settings: object) {
  const script = new URL('./worker/program.ts', import.meta.url).pathname;
  const child = spawn(process.execPath, [script, JSON.stringify({ folder, ...settings })], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  programs.push(child);
  return child;
}

/** The last word of the program's output. */
async function exitOf(child: ReturnType<typeof program>): Promise<string> {
  let output = '';
  for await (const chunk of child.stdout) output += String(chunk);
  return output.trim();
}

function readRunSafely() {
  return existsSync(join(folder, 'events.jsonl')) ? readRun(folder) : undefined;
}

test('the worker’s program, started by hand, says nothing and does no harm', () => {
  const main = new URL('../../src/jobs/worker/worker-process.ts', import.meta.url).pathname;
  const alone = spawnSync(process.execPath, [main], { encoding: 'utf8', timeout: 5_000 });
  expect(alone.status).toBe(0);
});
