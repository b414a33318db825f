// Groups in files of rows, as reported by `data groups` and `data inspect`.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { data } from '../../../src/app/index.ts';
import { describeGroupReport } from '../../../src/app/use-cases/text/groups.ts';
import { createTerminal } from '../../../src/app/terminal/terminal.ts';

let folder: string;
let file: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'attune-groups-'));
  file = join(folder, 'rows.jsonl');
  const rows = Array.from({ length: 60 }, (_, index) => ({
    text: index % 3 === 0 ? `She called about order ${index}` : `He called about order ${index}`,
    label: index % 2 === 0 ? 'yes' : 'no',
    meta: { region: index < 45 ? 'north' : 'south' },
  }));
  writeFileSync(file, rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
});
afterAll(() => rmSync(folder, { recursive: true }));

it('are told by columns, by texts, or both, with the rows where they stand', async () => {
  const { axes } = await data.groups([file], { groupColumn: ['meta.region'], mentions: true });
  expect(axes.map(({ axis }) => axis)).toEqual(['meta.region', 'gender', 'origin', 'nationality']);
  expect(axes[0].groups.map(({ group, rows, flag }) => [group, rows, flag])).toEqual([
    ['north', 45, undefined],
    ['south', 15, 'few'],
  ]);
  expect(axes[1].groups[1]).toMatchObject({ group: 'female', rows: 20, first: expect.any(Array) });
  expect(axes[1].groups[1].first[1]).toEqual({ at: `${file}:4`, text: 'She called about order 3' });
  expect((await data.groups([file])).axes.map(({ axis }) => axis)).toEqual(['gender', 'origin', 'nationality']);
});

it('are part of what inspecting data tells, where they are asked for', async () => {
  const { groups } = await data.inspect(file, { groupColumn: ['meta.region'] });
  expect(groups!.axes[0].groups.map(({ rows }) => rows)).toEqual([45, 15]);
  expect((await data.inspect(file)).groups).toBeUndefined();
});

it('are marked for people where there are too few rows of one', async () => {
  const report = await data.groups([file], { groupColumn: ['meta.region'] });
  const shown = describeGroupReport(report, createTerminal({ write: () => true }, {}));
  expect(shown).toMatch(/south +15 +25\.0 % +15\.8 % to 37\.2 % +! fewer than 30 rows/);
  expect(shown).toMatch(/north +no +48\.9 % +53\.3 %/);
});

it.each([
  [['regoin'], 'E_BAD_COLUMNS'],
  [['meta.region', 'label2'], 'E_BAD_COLUMNS'],
])('of columns that no row has are refused: %j', async (columns, code) => {
  await expect(data.groups([file], { groupColumn: columns })).rejects.toMatchObject({ code });
});

it('of a file without rows are refused, also after a file that has some', async () => {
  const empty = join(folder, 'empty.jsonl');
  writeFileSync(empty, '');
  await expect(data.groups([file, empty])).rejects.toThrow(/empty\.jsonl \[E_NO_ROWS\]/);
});
