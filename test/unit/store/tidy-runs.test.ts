import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { RunEvent } from '../../../src/base/events.ts';
import { resolveRecipe } from '../../../src/app/recipe/index.ts';
import { deleteRuns } from '../../../src/app/tidy-runs.ts';
import { openIndex, type Index } from '../../../src/store/index-database.ts';
import { listModels, recordRunModels } from '../../../src/store/model-records.ts';
import { freeRunFolder, latestRunFolder, nextRunFolder } from '../../../src/store/numbered-folder.ts';
import { checkRemovable, forgetRun, removeRun, renameRun } from '../../../src/store/remove-run.ts';
import { readRun, RunFolder } from '../../../src/store/run-folder.ts';
import { listRuns, recordRun } from '../../../src/store/run-records.ts';
import { samples } from '../evaluation/assessments/samples.ts';

let home: string;
let index: Index;

beforeEach(async () => {
  home = mkdtempSync(join(tmpdir(), 'attune-tidy-'));
  index = await openIndex(join(home, 'index.sqlite'));
});

afterEach(async () => {
  await index.destroy();
  rmSync(home, { recursive: true, force: true });
});

const finished = (folder: string): RunEvent => ({
  type: 'run-finished',
  step: 3,
  choice: { step: 3, reason: 'last', lastLoss: null } as never,
  result: join(folder, 'adapter'),
  metrics: {},
  seconds: 1,
});
const failed = { type: 'run-failed', step: 0, error: { what: 'There is no model at modle' } } as unknown as RunEvent;

/** A run's folder in the state after these events. */
function makeRun(name: string, events: (folder: string) => readonly RunEvent[], model = 'attune-base'): string {
  const folder = join(home, name);
  const run = new RunFolder(folder);
  const recipe = { model, data: { train: 'rows.jsonl' } };
  run.record({ type: 'run-started', run: `id-${name}`, folder, base: home, recipe, identity: {} });
  for (const event of events(folder)) run.record(event);
  run.close();
  return folder;
}

const make = (name: string) => makeRun(name, (folder) => [finished(folder)]);

describe('the folder of a new run', () => {
  test('is numbered after those that hold runs, whatever gaps there are', () => {
    const folder = join(home, 'tickets');
    expect(freeRunFolder(folder)).toBe(folder);
    make('tickets');
    expect(freeRunFolder(folder)).toBe(`${folder}-2`);
    make('tickets-3');
    make('tickets-one');
    expect(freeRunFolder(folder)).toBe(`${folder}-4`);
    expect(latestRunFolder(folder)).toBe(`${folder}-3`);
  });

  test('that goes on from another is numbered among the same runs', () => {
    const second = join(home, 'tickets-2');
    make('tickets-2');
    expect(nextRunFolder(second)).toBe(`${second}-2`);
    const first = make('tickets');
    make('tickets-5');
    expect(nextRunFolder(first)).toBe(`${first}-6`);
    expect(nextRunFolder(second)).toBe(`${first}-6`);
    const year = make('sales-2024');
    expect(nextRunFolder(year)).toBe(`${year}-2`);
  });

  test('is that of a run that failed before its first step', () => {
    makeRun('tickets', () => [failed]);
    expect(freeRunFolder(join(home, 'tickets'))).toBe(join(home, 'tickets'));
  });

  test('is another one where a run is being made', () => {
    const run = new RunFolder(join(home, 'tickets'));
    run.record({ type: 'run-started', run: 'x', folder: join(home, 'tickets'), base: '', recipe: {}, identity: {} });
    expect(freeRunFolder(join(home, 'tickets'))).toBe(join(home, 'tickets-2'));
    run.close();
  });

  test('is numbered only where the recipe names none, and that is said', async () => {
    make('tickets');
    const [cwd, notices] = [process.cwd(), [] as string[]];
    process.chdir(home);
    try {
      mkdirSync('runs');
      makeRun('runs/rows', (folder) => [finished(folder)]);
      const recipe = { model: 'attune-base', data: { train: 'rows.jsonl' } };
      const options = { outputFolder: 'new', onNotice: (notice: string) => void notices.push(notice) } as const;
      expect((await resolveRecipe(recipe, options)).output_dir).toBe('runs/rows-2');
      expect(notices).toEqual([expect.stringContaining('runs/rows contains a run: this one goes to runs/rows-2')]);
      expect((await resolveRecipe({ ...recipe, output_dir: 'runs/rows' }, options)).output_dir).toBe('runs/rows');
      expect((await resolveRecipe(recipe)).output_dir).toBe('runs/rows');
    } finally {
      process.chdir(cwd);
    }
  });
});

describe('deleting a run', () => {
  test('takes its folder, and nothing that a link in it leads to', () => {
    const folder = make('tickets');
    const other = join(home, 'precious');
    mkdirSync(other);
    writeFileSync(join(other, 'file'), 'x');
    symlinkSync(other, join(folder, 'adapter'));
    mkdirSync(join(folder, '.start-killed'));
    removeRun(folder);
    expect(existsSync(folder)).toBe(false);
    expect(readdirSync(other)).toEqual(['file']);
    expect(readdirSync(home).filter((name) => name.startsWith('.'))).toEqual([]);
  });

  test('takes what every assessment found', async () => {
    const folder = make('tickets');
    for (const [name, found] of Object.entries(samples))
      writeFileSync(join(folder, `${name}.json`), JSON.stringify(found));
    expect((await deleteRuns([folder])).map((run) => run.folder)).toEqual([folder]);
    expect(existsSync(folder)).toBe(false);
  });

  test('is refused for a folder with other files, for links, and for what holds no run', () => {
    const folder = make('tickets');
    symlinkSync(folder, join(home, 'link'));
    expect(() => checkRemovable(join(home, 'link'))).toThrow(/E_RUN_LINK/);
    expect(() => removeRun(home)).toThrow(/E_RUN_MISSING/);
    writeFileSync(join(folder, 'customers.csv'), 'x');
    expect(() => removeRun(folder)).toThrow(/customers\.csv.*is not part of the run|E_RUN_FOREIGN_FILES/s);
    expect(existsSync(folder)).toBe(true);
  });

  test('and renaming are refused while somebody works on it', () => {
    const run = new RunFolder(join(home, 'tickets'));
    run.record({ type: 'run-started', run: 'x', folder: join(home, 'tickets'), base: '', recipe: {}, identity: {} });
    expect(() => removeRun(join(home, 'tickets'))).toThrow(/E_RUN_LOCKED/);
    expect(() => renameRun(join(home, 'tickets'), 'second')).toThrow(/E_RUN_LOCKED/);
    run.close();
  });

  test('takes it and what it made out of the index', async () => {
    const folder = make('tickets');
    mkdirSync(join(folder, 'adapter'));
    writeFileSync(join(folder, 'adapter/adapter_config.json'), '{}');
    const run = readRun(folder);
    await recordRun(index, run);
    await recordRunModels(index, run);
    expect((await listModels(index)).map(({ id }) => id)).toContain(join(folder, 'adapter'));
    await forgetRun(index, folder);
    expect(await listRuns(index)).toEqual([]);
    expect((await listModels(index)).map(({ id }) => id)).not.toContain(join(folder, 'adapter'));
  });
});

describe('renaming a run', () => {
  test('moves its folder beside the old one', () => {
    const folder = make('tickets');
    expect(renameRun(folder, 'second')).toBe(join(home, 'second'));
    expect(readRun(join(home, 'second'))).toMatchObject({ name: 'second', status: 'finished', id: 'id-tickets' });
    expect(existsSync(folder)).toBe(false);
    expect(existsSync(join(home, 'second/run.lock'))).toBe(false);
  });

  test.each(['', '.', '..', 'a/b', '../up'])('to %j is refused', (name) => {
    expect(() => renameRun(make('tickets'), name)).toThrow(/E_USAGE/);
  });

  test('to a name that is taken is refused', () => {
    make('second');
    expect(() => renameRun(make('tickets'), 'second')).toThrow(/E_OUTPUT_EXISTS/);
  });
});

test('a model that a failed run named and nobody found is not a known model', async () => {
  const run = readRun(makeRun('typo', () => [failed], 'modle'));
  await recordRun(index, run);
  await recordRunModels(index, run);
  expect(await listModels(index)).toEqual([]);
  // As recorded by an older version.
  const stale = { kind: 'base', base: null, model_type: null, run: null, bytes: null, created_at: 1 } as const;
  await index
    .insertInto('models')
    .values({ id: 'modle', ...stale })
    .execute();
  await index
    .insertInto('models')
    .values({ id: 'owner/pulled', ...stale })
    .execute();
  expect((await listModels(index)).map(({ id }) => id)).toEqual(['owner/pulled']);
});
