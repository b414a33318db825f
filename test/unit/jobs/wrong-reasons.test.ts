// Failures are reported with their actual cause, and have no side effects.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, renameSync, rmSync, truncateSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findRuns } from '../../../src/app/find-runs.ts';
import type { StampedEvent } from '../../../src/base/events.ts';
import { forgetWatched, refuseChanged, watchFile } from '../../../src/files/unchanged.ts';
import { emptySummary, recordEvent } from '../../../src/store/run-summary.ts';
import { JobClient } from '../../../src/jobs/worker/job-client.ts';
import type { ToWorker } from '../../../src/jobs/worker/worker-messages.ts';
import { makeZip } from '../../../packages/documents/test/zip-writer.ts';

let folder: string;
const path = (name: string): string => join(folder, name);
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'attune-reasons-test-'));
  process.env.ATTUNE_HOME = path('home');
});
afterAll(() => {
  delete process.env.ATTUNE_HOME;
  rmSync(folder, { recursive: true, force: true });
});

const canLimit = spawnSync('prlimit', ['--version']).status === 0;

it.runIf(canLimit)(
  'an archive that cannot be decompressed for want of room says so',
  () => {
    writeFileSync(path('a.zip'), makeZip([{ name: 'long.txt', data: 'words and words\n'.repeat(100_000) }]));
    writeFileSync(path('b.txt'), 'Text of its own.');
    const words = ['data', 'prepare', path('a.zip'), path('b.txt'), '--output', path('rows.jsonl'), '--json'];
    const { stdout } = spawnSync('prlimit', ['--fsize=200000:unlimited', resolve('bin/attune'), ...words], {
      cwd: folder,
      encoding: 'utf8',
    });
    const { files } = JSON.parse(stdout) as { files: { skipped: Record<string, { first: { message: string }[] }> } };
    expect(Object.keys(files.skipped)).toEqual(['disk-full']);
    expect(files.skipped['disk-full'].first[0].message).toContain('TMPDIR');
  },
  40_000,
);

describe('a request whose signal aborts', () => {
  it('rejects at once, though no chunk has come, and tells the worker', async () => {
    const posted: ToWorker[] = [];
    const client = new JobClient(
      (message) => void posted.push(message),
      () => undefined,
    );
    const stop = new AbortController();
    const next = client.request({ prompts: [] }, stop.signal)[Symbol.asyncIterator]().next();
    setTimeout(() => stop.abort(new Error('enough')), 10);
    await expect(next).rejects.toThrow('enough');
    expect(posted.map(({ type }) => type)).toEqual(['request', 'cancel']);
    client.receive({ type: 'chunk', id: 1, chunk: 'late' });
    await expect(client.request({}, stop.signal)[Symbol.asyncIterator]().next()).rejects.toThrow('enough');
  });

  it('is not told of it after its end', async () => {
    const posted: ToWorker[] = [];
    const client = new JobClient(
      (message) => void posted.push(message),
      () => undefined,
    );
    const stop = new AbortController();
    const chunks: unknown[] = [];
    const answer = (async () => {
      for await (const chunk of client.request({}, stop.signal)) chunks.push(chunk);
    })();
    client.receive({ type: 'chunk', id: 1, chunk: 'a' });
    client.receive({ type: 'end', id: 1 });
    await answer;
    expect(chunks).toEqual(['a']);
    stop.abort();
    expect(posted.map(({ type }) => type)).toEqual(['request']);
  });
});

describe('a run whose events are damaged', () => {
  const started = { type: 'run-started', run: 'good', recipe: { model: 'm', data: { train: 'a.jsonl' } }, at: 1e12 };
  const bad: unknown[] = [
    null,
    7,
    'text',
    [],
    {},
    { type: 'constructor', at: 1 },
    { type: '__proto__', at: 1 },
    { type: 'run-started', run: 5, at: 'then' },
    { type: 'run-started', run: { a: 1 }, recipe: null, at: 1e300 },
    { type: 'step-finished', step: 'one', steps: {}, epoch: [], loss: 'x', at: 1e12 },
    { type: 'evaluation-finished', split: {}, metrics: { loss: 'low' }, at: 1e12 },
    { type: 'data-prepared', format: 4, rows: { train: 'x' }, hashes: [null], at: 1e12 },
    { type: 'run-failed', step: 1, error: null, at: 1e12 },
    { type: 'run-finished', step: 2, at: 1e12 },
    { type: 'run-finished', step: 2, result: 5, metrics: [], at: 'now' },
  ];

  it('keeps what its other events say, whatever the damage', () => {
    const summary = emptySummary('/runs/x');
    expect(recordEvent(summary, started as unknown as StampedEvent)).toBe(true);
    const before = structuredClone(summary);
    for (const event of bad) recordEvent(summary, event as StampedEvent);
    expect({ ...summary, updatedAt: 0 }).toEqual({ ...before, updatedAt: 0 });
  });

  it('does not end the list of all runs', async () => {
    const write = (name: string, lines: readonly unknown[]): void => {
      mkdirSync(path(`runs/${name}`), { recursive: true });
      writeFileSync(path(`runs/${name}/events.jsonl`), lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
    };
    write('good', [started]);
    for (const [index, event] of bad.entries()) write(`bad-${index}`, [event, { ...started, run: `bad-${index}` }]);
    mkdirSync(path('runs/folder/events.jsonl'), { recursive: true });
    const unreadable: string[] = [];
    const runs = await findRuns({ folders: [path('runs')], onUnreadable: (run) => void unreadable.push(run.folder) });
    expect(runs.map(({ id }) => id).toSorted()).toEqual(['good', ...bad.map((_, index) => `bad-${index}`)].toSorted());
    expect(unreadable).toEqual([path('runs/folder')]);
  });
});

describe('files that are used in place', () => {
  const make = (name: string): string => {
    writeFileSync(path(name), 'weights');
    watchFile(path(name));
    return path(name);
  };

  it('are not to be written to, cut or replaced within', () => {
    refuseChanged();
    const changes: ((file: string) => void)[] = [
      (file) => writeFileSync(file, 'WEIGHTS'),
      (file) => truncateSync(file, 3),
      (file) => utimesSync(file, 1, 1),
    ];
    for (const [index, change] of changes.entries()) {
      change(make(`w${index}`));
      expect(() => refuseChanged()).toThrow(/was changed while it was in use/);
      forgetWatched();
    }
  });

  it('may be deleted, or another put in their place by its name: the pages are those of before', () => {
    const file = make('kept');
    writeFileSync(path('new'), 'others');
    renameSync(path('new'), file);
    refuseChanged();
    rmSync(file);
    expect(() => refuseChanged()).not.toThrow();
    forgetWatched();
  });
});
