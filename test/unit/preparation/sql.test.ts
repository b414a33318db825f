import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parquetWriteFile } from 'hyparquet-writer';
import { dataMerge, dataPipeline, dataShard } from '../../../src/app/data-pipeline.ts';
import { checkPipeline } from '../../../src/preparation/index.ts';

const isInstalled = await import('@duckdb/node-api').then(
  () => true,
  () => false,
);

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'attune-sql-test-'));
  process.env.ATTUNE_HOME = join(folder, 'home');
  mkdirSync(join(folder, 'data'));
  writeFileSync(join(folder, 'secret.csv'), 'word\nswordfish\n');
  writeFileSync(
    join(folder, 'data', 'a.csv'),
    'id,said,age\n001,Hello there,31\n002,"Good, morning",17\n003,Grüß Gott,64\n',
  );
  const column = (name: string, data: unknown[]) => ({ name, data });
  parquetWriteFile({
    filename: join(folder, 'data', 'b.parquet'),
    columnData: [
      column('id', ['004', '005']),
      column('said', ['Nice to see you', 'So long']),
      column('age', [40, 12]),
      column('big', [2n ** 53n + 1n, 7n]),
    ],
  });
  writeFileSync(join(folder, 'tiers.csv'), 'id,tier\n001,gold\n004,silver\n');
  writeFileSync(join(folder, 'data', 'readme.md'), '# Not a table\n');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const spec = (sql: unknown) =>
  ({ sources: 'data', sql, steps: [{ step: 'records' }], split: { validation: 0, test: 0 } }) as never;
const run = async (sql: unknown) => {
  const { folder: to, manifest } = await dataPipeline(spec(sql), { base: folder, processes: 1 });
  const rows = readFileSync(join(to, 'train-00000.jsonl'), 'utf8').trimEnd().split('\n');
  return {
    manifest,
    rows: rows.map((row) => ({ ...(JSON.parse(row) as Record<string, unknown>), provenance: undefined })),
  };
};

describe.skipIf(!isInstalled)('sql in a pipeline (needs @duckdb/node-api)', () => {
  it('filters CSV, whose columns stay as they are written, and Parquet, row by row; other files are listed', async () => {
    const { rows, manifest } = await run('SELECT * FROM source WHERE CAST(age AS INT) > 20');
    expect(rows).toEqual([
      { id: '001', said: 'Hello there', age: '31' },
      { id: '003', said: 'Grüß Gott', age: '64' },
      { id: '004', said: 'Nice to see you', age: 40, big: '9007199254740993' },
    ]);
    expect(manifest.files.skipped).toMatchObject({
      'unknown-format': { count: 1, first: [{ file: 'data/readme.md' }] },
    });
  });

  it('joins further files, whose content belongs to what shards must have alike', async () => {
    const sql = { query: 'SELECT said, tier FROM source JOIN tiers USING (id)', tables: { tiers: 'tiers.csv' } };
    const { rows, manifest } = await run(sql);
    expect(rows).toEqual([
      { said: 'Hello there', tier: 'gold' },
      { said: 'Nice to see you', tier: 'silver' },
    ]);
    const parts = join(folder, 'parts');
    const shard = (index: number) =>
      dataShard(spec(sql), { base: folder, processes: 1, output: parts, shard: `${index}/2` });
    for (const index of [0, 1]) await shard(index);
    expect((await dataMerge(spec(sql), parts, { base: folder })).manifest).toEqual(manifest);
    writeFileSync(join(folder, 'tiers.csv'), 'id,tier\n001,lead\n');
    await shard(1);
    await expect(dataMerge(spec(sql), parts, { base: folder })).rejects.toMatchObject({ code: 'E_PARTS_DIFFER' });
  });

  it.each([
    "SELECT * FROM read_csv('SECRET')",
    "SELECT * FROM read_text('SECRET')",
    "SELECT * FROM glob('/**')",
    "SELECT * FROM read_csv('http://127.0.0.1:9/x.csv')",
    'SELECT nothing FROM source',
  ])('reads only what the pipeline declares: %s', async (query) => {
    const failed = run(query.replace('SECRET', join(folder, 'secret.csv')));
    await expect(failed).rejects.toMatchObject({ code: 'E_NO_ROWS' });
    await expect(failed).rejects.toThrow(/disabled by configuration|not found|does not exist|requires the extension/);
  });
});

it.each([
  "COPY source TO 'x'",
  'SELECT 1; DROP TABLE source',
  "ATTACH 'x'",
  { query: 'SELECT 1', tables: { source: 'a.csv' } },
  { query: 'SELECT 1', tables: { a: 'a.json' } },
])('refuses %j before anything is read', (sql) => {
  expect(() => checkPipeline({ sources: 'data', sql, steps: [{ step: 'records' }] })).toThrow(/E_BAD_PIPELINE/);
});
