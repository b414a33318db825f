import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { RunEvent } from '../../../src/base/events.ts';
import { openIndex, type Index } from '../../../src/store/index-database.ts';
import { listDataSets } from '../../../src/store/data-sets.ts';
import { IndexSink } from '../../../src/store/index-sink.ts';
import { listModels, recordBase } from '../../../src/store/model-records.ts';
import { rebuildIndex } from '../../../src/store/rebuild.ts';
import { RunFolder } from '../../../src/store/run-folder.ts';
import { emptySummary } from '../../../src/store/run-summary.ts';
import { findRun, listRuns, recordRun } from '../../../src/store/run-records.ts';

let home: string;
let index: Index;

beforeEach(async () => {
  home = mkdtempSync(join(tmpdir(), 'attune-index-'));
  index = await openIndex(join(home, 'index.sqlite'));
});

afterEach(async () => {
  await index.destroy();
  rmSync(home, { recursive: true, force: true });
});

const recipe = { model: 'owner/base', tuning: { method: 'lora' }, objective: 'sft', data: { train: 'tickets.jsonl' } };

function started(run: string, folder: string): RunEvent {
  return { type: 'run-started', run, folder, base: '', recipe, identity: {} };
}

function step(number: number, loss: number): RunEvent {
  return {
    type: 'step-finished',
    step: number,
    steps: 10,
    epoch: number / 10,
    loss,
    grad_norm: 1,
    learning_rate: 1e-4,
    inputTokens: 100 * number,
    lossTokens: 50 * number,
    tokensPerSecond: 1000,
    secondsLeft: 1,
    memoryBytes: 1e6,
    metrics: {},
  };
}

const prepared: RunEvent = {
  type: 'data-prepared',
  format: 'messages',
  rows: { train: 80, validation: 10, test: 10 },
  inputTokens: 9000,
  lossTokens: 3000,
  lengths: { min: 3, median: 20, p95: 60, max: 90 },
  truncated: 0,
  dropped: 0,
  hashes: { train: 'aa', validation: 'bb', test: 'cc' },
};

function writeRun(folder: string, events: readonly RunEvent[]): void {
  const run = new RunFolder(folder);
  for (const event of events) run.record(event);
  run.close();
}

function finishedRun(id: string, folder: string): RunEvent[] {
  const result = join(folder, 'adapter');
  return [
    started(id, folder),
    prepared,
    step(1, 2),
    step(2, 1.5),
    {
      type: 'evaluation-finished',
      step: 2,
      epoch: 1,
      split: 'validation',
      rows: 10,
      metrics: { loss: 1.4 },
      best: true,
    },
    {
      type: 'run-finished',
      step: 2,
      choice: { step: 2, reason: 'last-step' },
      result,
      metrics: { exact_match: 0.5 },
      seconds: 3,
    },
  ];
}

function writeAdapter(folder: string): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'adapter_config.json'), JSON.stringify({ base_model_name_or_path: 'owner/base' }));
  writeFileSync(join(folder, 'adapter_model.safetensors'), 'x'.repeat(12));
}

describe('the index', () => {
  test('is rebuilt from the run folders alone, with runs, models and data sets', async () => {
    const folder = join(home, 'runs', 'tickets');
    writeRun(folder, finishedRun('run-1', folder));
    writeAdapter(join(folder, 'adapter'));
    await rebuildIndex(index, [home]);
    const [run] = await listRuns(index);
    expect(run).toMatchObject({
      id: 'run-1',
      name: 'tickets',
      status: 'finished',
      model: 'owner/base',
      tuning: 'lora',
      objective: 'sft',
      step: 2,
      steps: 10,
      loss: 1.5,
      metrics: { eval_loss: 1.4, exact_match: 0.5 },
    });
    expect(await listModels(index)).toMatchObject([
      { id: join(folder, 'adapter'), kind: 'adapter', base: 'owner/base', run: 'run-1', bytes: 12 },
      { id: 'owner/base', kind: 'base', run: null },
    ]);
    const sets = await listDataSets(index);
    expect(sets.map(({ hash, rows, source, runs }) => ({ hash, rows, source, runs }))).toEqual([
      { hash: 'aa', rows: 80, source: 'tickets.jsonl', runs: ['run-1'] },
      { hash: 'bb', rows: 10, source: 'tickets.jsonl', runs: ['run-1'] },
      { hash: 'cc', rows: 10, source: 'tickets.jsonl', runs: ['run-1'] },
    ]);
  });

  test('lists bases that no run has used yet', async () => {
    const folder = join(home, 'base');
    mkdirSync(folder);
    writeFileSync(join(folder, 'config.json'), '{"model_type": "bert"}');
    await recordBase(index, 'owner/name', folder);
    await recordBase(index, folder, folder);
    expect((await listModels(index)).map(({ id, kind, model_type: type }) => [id, kind, type]).toSorted()).toEqual(
      [
        [folder, 'base', 'bert'],
        ['owner/name', 'base', 'bert'],
      ].toSorted(),
    );
  });

  test('follows a run through its sink and gives the same as a rebuild', async () => {
    const folder = join(home, 'runs', 'live');
    const run = new RunFolder(folder);
    const failures: unknown[] = [];
    const sink = new IndexSink(
      emptySummary(folder),
      (error) => failures.push(error),
      openIndex(join(home, 'index.sqlite')),
    );
    for (const event of finishedRun('run-2', folder)) sink.record(run.record(event));
    await sink.close();
    run.close();
    const live = await listRuns(index);
    await rebuildIndex(index, [home]);
    expect(failures).toEqual([]);
    expect(live).toHaveLength(1);
    expect(await listRuns(index)).toEqual(live);
  });

  test('tells a sink’s owner once when it cannot be written, and the run goes on', async () => {
    const failures: unknown[] = [];
    const broken = Promise.reject<Index>(new Error('no disk'));
    const sink = new IndexSink(emptySummary('/nowhere'), (error) => failures.push(error), broken);
    sink.record({ at: 1, ...started('run-3', '/nowhere') });
    sink.record({ at: 2, ...prepared });
    await sink.close();
    expect(failures).toEqual([new Error('no disk')]);
  });

  test('lists a run whose process died as interrupted, and leaves out one whose folder was deleted', async () => {
    const [dead, gone] = [join(home, 'dead'), join(home, 'gone')];
    writeRun(dead, [started('run-dead', dead), step(1, 2)]);
    writeRun(gone, [started('run-gone', gone)]);
    await rebuildIndex(index, [home]);
    rmSync(gone, { recursive: true });
    expect((await listRuns(index)).map(({ id, status }) => [id, status])).toEqual([['run-dead', 'interrupted']]);
  });

  test('finds a run by folder, id, beginning of id and name, and suggests the nearest', async () => {
    const folder = join(home, 'tickets');
    writeRun(folder, finishedRun('20250101-120000-abcdef', folder));
    await rebuildIndex(index, [home]);
    for (const wanted of [folder, '20250101-120000-abcdef', '20250101', 'tickets']) {
      expect((await findRun(index, wanted)).folder).toBe(folder);
    }
    await expect(findRun(index, 'ticket')).rejects.toThrow(/E_RUN_MISSING[\s\S]*did you mean "tickets"/);
  });

  test('takes a folder that was begun anew as another run', async () => {
    const summary = { ...emptySummary(home), createdAt: 1, updatedAt: 1 };
    await recordRun(index, { ...summary, id: 'first', data: undefined });
    await recordRun(index, { ...summary, id: 'second' });
    expect((await listRuns(index)).map(({ id }) => id)).toEqual(['second']);
  });

  test('says what to do with a broken file', async () => {
    const broken = join(home, 'broken.sqlite');
    writeFileSync(broken, 'this is no database, whatever its name says. '.repeat(100));
    await expect(openIndex(broken)).rejects.toThrow(/E_INDEX[\s\S]*can be deleted/);
  });

  test('is created and written by several processes at once without losing a run', async () => {
    const path = join(home, 'shared.sqlite');
    const script = resolve(import.meta.dirname, 'index-writer.ts');
    const writers = ['a', 'b', 'c'].map((name) => `"${process.execPath}" "${script}" "${path}" "${home}" ${name} &`);
    execFileSync('/bin/sh', ['-c', `${writers.join('\n')}\nwait`], { stdio: ['ignore', 'ignore', 'inherit'] });
    const shared = await openIndex(path);
    expect(await listRuns(shared)).toHaveLength(60);
    await shared.destroy();
  });
});
