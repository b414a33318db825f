import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openIndex, type Index } from '../../../src/store/index-database.ts';
import { readRun, RunFolder } from '../../../src/store/run-folder.ts';
import { awaitTurn } from '../../../src/store/run-queue.ts';
import { recordRun } from '../../../src/store/run-records.ts';

let home: string;
const before = process.env.ATTUNE_HOME;
beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'attune-queue-'));
  process.env.ATTUNE_HOME = home;
  index = await openIndex();
});
afterAll(async () => {
  await index.destroy();
  process.env.ATTUNE_HOME = before;
  if (before === undefined) delete process.env.ATTUNE_HOME;
  rmSync(home, { recursive: true });
});

let index: Index;
/** Records a run, as its sink does. */
const record = async (run: RunFolder) => {
  await recordRun(index, readRun(run.folder));
  return index;
};
const begin = async (run: RunFolder) => {
  run.record({ type: 'run-started', run: run.folder, folder: run.folder, base: home, recipe: {}, identity: {} });
  await record(run);
};
const statuses = () =>
  Object.fromEntries(['first', 'second', 'third', 'fourth'].map((name) => [name, readRun(join(home, name)).status]));

test('runs wait in the order of asking, one trains at a time, and one that is stopped makes way', async () => {
  const open = (name: string) => new RunFolder(join(home, name));
  const [first, second, third, fourth] = ['first', 'second', 'third', 'fourth'].map(open);
  await begin(first);
  const order: string[] = [];
  const stop = new AbortController();
  const queue = (run: RunFolder, name: string, signal = new AbortController().signal) => {
    let entered: () => void;
    const isIn = new Promise<void>((resolve) => {
      entered = resolve;
    });
    const emit = (event: Parameters<RunFolder['record']>[0]) => {
      run.record(event);
      entered();
    };
    const settled = () => record(run);
    const turn = awaitTurn({ folder: run.folder, settled, emit, signal }).then(() => order.push(name));
    return { turn, isIn };
  };
  const two = queue(second, 'second');
  await two.isIn;
  const three = queue(third, 'third', stop.signal);
  three.turn.catch(() => undefined);
  await three.isIn;
  const four = queue(fourth, 'fourth');
  await four.isIn;
  expect(statuses()).toEqual({ first: 'running', second: 'waiting', third: 'waiting', fourth: 'waiting' });
  expect(order).toEqual([]);
  first.close();
  await two.turn;
  await begin(second);
  stop.abort(new Error('stopped'));
  await expect(three.turn).rejects.toThrow('stopped');
  third.close();
  second.record({ type: 'run-stopped', step: 0, reason: 'test' });
  second.close();
  await four.turn;
  expect(order).toEqual(['second', 'fourth']);
  fourth.close();
  expect(statuses()).toMatchObject({ third: 'interrupted', fourth: 'interrupted' });
});
