import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { dataDiff, dataPipeline } from '../../../src/app/data-pipeline.ts';
import { loadData } from '../../../src/data/index.ts';
import { randomUint32 } from '../../../src/base/random.ts';
import { checkPipeline } from '../../../src/preparation/pipeline/pipeline-spec.ts';
import { makeZip } from '../../../packages/documents/test/zip-writer.ts';

let folder: string;
let home: string | undefined;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'attune-pipeline-test-'));
  home = process.env.ATTUNE_HOME;
  process.env.ATTUNE_HOME = join(folder, 'home');
});
afterEach(() => {
  if (home === undefined) delete process.env.ATTUNE_HOME;
  else process.env.ATTUNE_HOME = home;
  rmSync(folder, { recursive: true, force: true });
});

const sentence = (seed: number) =>
  Array.from({ length: 12 }, (_, index) => `w${randomUint32([seed, 'words', index]) % 5000}`).join(' ');
const write = (name: string, rows: readonly object[]) =>
  writeFileSync(join(folder, name), rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
const numbered = (count: number, from = 0) =>
  Array.from({ length: count }, (_, index) => {
    const n = index + from;
    return { id: n, user: `u${n % 20}`, day: `2024-01-${String((n % 28) + 1).padStart(2, '0')}`, text: sentence(n) };
  });
const spec = (more: object = {}) => ({
  sources: ['a.jsonl', 'b.jsonl'],
  steps: [{ step: 'records' }, { step: 'normalise' }, { step: 'deduplicate' }],
  split: { validation: 0.1, test: 0.1 },
  ...more,
});
const make = (more: object = {}, to?: string) => dataPipeline(spec(more), { base: folder, output: to, processes: 1 });
interface DataSetRow {
  id: number;
  user: string;
  day: string;
  provenance: { file: string; row?: number }[];
}
const rowsOf = (path: string, split: string) =>
  readdirSync(path)
    .filter((name) => name.startsWith(split))
    .flatMap((name) => readFileSync(join(path, name), 'utf8').trimEnd().split('\n'))
    .map((line) => JSON.parse(line) as DataSetRow);

it('makes a data set that training reads, named by pipeline and content, with a manifest and a card', async () => {
  write('a.jsonl', numbered(60));
  write('b.jsonl', numbered(60, 50));
  const { folder: to, manifest } = await make();
  expect(to).toBe(join(folder, 'home', 'data-sets', `data-set-${manifest.hash.slice(0, 16)}`));
  expect(manifest.rows).toEqual({ train: 88, validation: 11, test: 11 });
  expect(manifest.steps.map(({ step, itemsIn, itemsOut }) => [step, itemsIn, itemsOut])).toEqual([
    ['records', 120, 120],
    ['normalise', 120, 120],
    ['deduplicate', 120, 110],
  ]);
  expect(readFileSync(join(to, 'README.md'), 'utf8')).toContain('left out 10: same words as an earlier row');
  const { report } = await loadData({ train: to, seed: 1 });
  expect(report.rows).toEqual(manifest.rows);
});

it('is read from a program as from YAML, and says what is wrong with either', async () => {
  write('a.jsonl', numbered(20));
  const file = (name: string, text: string) => {
    writeFileSync(join(folder, name), text);
    return dataPipeline(join(folder, name), { processes: 1 });
  };
  const values = { sources: 'a.jsonl', steps: [{ step: 'records' }], split: { test: 0.2 } };
  const ofYaml = await file('made.yaml', JSON.stringify(values));
  const ofProgram = await file(
    'made.mts',
    `const steps: object[] = [{ step: 'records' }];\nexport default { sources: 'a.jsonl', steps, split: { test: 0.2 } };\n`,
  );
  expect(ofProgram.manifest.hash).toBe(ofYaml.manifest.hash);
  expect(ofProgram.manifest.rows.test).toBe(4);
  await expect(file('none.mts', 'export const pipeline = {};')).rejects.toMatchObject({
    code: 'E_BAD_PIPELINE',
    expected: 'export default definePipeline({ … })',
  });
  await expect(file('broken.mts', 'export default {')).rejects.toMatchObject({ code: 'E_BAD_PIPELINE' });
  await expect(file('steps.mts', `export default { sources: 'a.jsonl' };`)).rejects.toMatchObject({
    problems: [{ field: 'steps' }],
  });
  await expect(dataPipeline(join(folder, 'gone.ts'))).rejects.toMatchObject({ code: 'E_FILE_MISSING' });
});

it('makes again only what a change of sources or steps reaches', async () => {
  write('a.jsonl', numbered(30));
  write('b.jsonl', numbered(30, 30));
  const first = await make();
  expect(first.parts).toEqual({ made: 4, reused: 0 });
  const again = await make();
  expect(again.parts).toEqual({ made: 0, reused: 4 });
  expect(again.manifest).toEqual(first.manifest);
  expect((await make({ split: { test: 0.2 } })).parts).toEqual({ made: 1, reused: 3 });
  const steps = [{ step: 'records' }, { step: 'normalise' }, { step: 'deduplicate', threshold: 0.9 }];
  // Another threshold gives the same rows here, and the same rows need no new split.
  expect((await make({ steps })).parts).toEqual({ made: 1, reused: 3 });
  write('b.jsonl', numbered(31, 30));
  expect((await make()).parts).toEqual({ made: 4, reused: 0 });
});

it('makes a part again of which a file was cut', async () => {
  write('a.jsonl', numbered(30));
  write('b.jsonl', numbered(30, 30));
  const { manifest } = await make();
  const parts = join(folder, 'home', 'cache', 'pipelines');
  for (const part of readdirSync(parts)) writeFileSync(join(parts, part, readdirSync(join(parts, part))[0]), '');
  const again = await make();
  expect(again.parts.made).toBe(4);
  expect(again.manifest.hash).toBe(manifest.hash);
});

it('keeps groups and what is alike on one side of a split', async () => {
  write('a.jsonl', numbered(200));
  write(
    'b.jsonl',
    numbered(20, 500).map((row, index) => ({ ...row, user: `v${index}`, text: `${sentence(index)} x` })),
  );
  const steps = [{ step: 'records' }];
  const { folder: to } = await make({ steps, split: { group_by: 'user', validation: 0, test: 0.3 } });
  const [train, test] = [rowsOf(to, 'train'), rowsOf(to, 'test')];
  const users = new Set(train.map(({ user }) => user));
  expect(test.length).toBeGreaterThan(20);
  expect(test.filter(({ user }) => users.has(user))).toEqual([]);
  const side = new Map([
    ...train.map(({ id }) => [id, 'train'] as const),
    ...test.map(({ id }) => [id, 'test'] as const),
  ]);
  for (let index = 0; index < 20; index++) expect(side.get(500 + index)).toBe(side.get(index));
});

it('keeps no rows of before the last step where it is told so, nor those of earlier runs', async () => {
  write('a.jsonl', numbered(30));
  write('b.jsonl', numbered(30, 30));
  const first = await make();
  const cache = join(folder, 'home', 'cache', 'pipelines');
  expect(readdirSync(cache)).toHaveLength(4);
  const again = await dataPipeline(spec(), { base: folder, processes: 1, cache: false });
  expect(again.manifest.hash).toBe(first.manifest.hash);
  expect(readdirSync(cache)).toEqual([]);
  const steps = [{ step: 'records' }, { step: 'redact' }];
  expect((await make({ steps })).unredacted).toBe(cache);
  expect(again.unredacted).toBeUndefined();
});

it('shows no line that many rows have where rows are redacted', async () => {
  const footer = 'Anna Schmidt, anna.schmidt@mail.example';
  write(
    'a.jsonl',
    numbered(30).map((row) => ({ ...row, text: `${row.text}\n${footer}` })),
  );
  const steps = [{ step: 'records' }, { step: 'boilerplate' }, { step: 'redact' }];
  const { folder: to } = await make({ sources: 'a.jsonl', steps });
  for (const name of readdirSync(to)) expect(readFileSync(join(to, name), 'utf8'), name).not.toContain('Schmidt');
});

it('keeps the rows of one document on one side of a split', async () => {
  for (const name of ['a', 'b', 'c', 'd', 'e']) write(`${name}.jsonl`, numbered(12, name.charCodeAt(0) * 100));
  const sources = ['a', 'b', 'c', 'd', 'e'].map((name) => `${name}.jsonl`);
  const { folder: to, manifest } = await make({ sources, split: { by: 'document', validation: 0, test: 0.3 } });
  const documents = (split: string) => new Set(rowsOf(to, split).map(({ id }) => Math.floor(id / 100)));
  expect(documents('train').intersection(documents('test'))).toEqual(new Set());
  expect(manifest.rows).toEqual({ train: 48, validation: 0, test: 12 });
});

it('keeps a mail, what is attached to it and what lies in that on one side of any split', async () => {
  const part = (type: string, name: string, content: Buffer | string) =>
    `--x\nContent-Type: ${type}; name=${name}\nContent-Disposition: attachment; filename=${name}\n` +
    `Content-Transfer-Encoding: base64\n\n${Buffer.from(content).toString('base64')}\n`;
  const mail = (seed: number) =>
    `From: a@a.example\nTo: b@b.example\nSubject: Papers\nMIME-Version: 1.0\nContent-Type: ` +
    `multipart/mixed; boundary=x\n\n--x\nContent-Type: text/plain\n\n${sentence(seed)}\n` +
    `${part('text/plain', 'a.txt', sentence(seed + 100))}` +
    `${part('application/zip', 'b.zip', makeZip([{ name: 'c.txt', data: sentence(seed + 200) }]))}--x--\n`;
  for (let seed = 0; seed < 20; seed++) writeFileSync(join(folder, `${seed}.eml`), mail(seed));
  const box = Array.from({ length: 20 }, (_, seed) => `From a Mon Jan  1 10:00:00 2024\n${mail(seed + 500)}\n`);
  writeFileSync(join(folder, 'box.mbox'), box.join(''));
  const sources = [...Array.from({ length: 20 }, (_, seed) => `${seed}.eml`), 'box.mbox'];
  const { folder: to, manifest } = await make({
    sources,
    steps: [{ step: 'chunks' }],
    split: { validation: 0, test: 0.4 },
  });
  expect(manifest.rows).toEqual({ train: 72, validation: 0, test: 48 });
  const mailOf = (file: string, row?: number) => /^\d+\.eml|^box\.mbox\/\d+/.exec(file)?.[0] ?? `box.mbox/${row}`;
  const mailsIn = (split: string) =>
    new Set(rowsOf(to, split).map(({ provenance: [{ file, row }] }) => mailOf(file, row)));
  expect([mailsIn('train').size, mailsIn('test').size]).toEqual([24, 16]);
  expect(mailsIn('train').intersection(mailsIn('test'))).toEqual(new Set());
});

it('splits by time: the latest rows are test', async () => {
  write('a.jsonl', numbered(28));
  write('b.jsonl', numbered(28, 28));
  const { folder: to } = await make({ split: { by: 'time', column: 'day', validation: 0, test: 0.25 } });
  const latest = rowsOf(to, 'train').reduce((most, { day }) => (day > most ? day : most), '');
  expect(rowsOf(to, 'test')).toHaveLength(14);
  for (const { day } of rowsOf(to, 'test')) expect(day >= latest).toBe(true);
});

it('keeps who comes again on one side when it splits by time', async () => {
  // Two rows each of 28 people, a month apart.
  write(
    'a.jsonl',
    numbered(28).map((row, i) => ({ ...row, user: `u${i}`, day: `2024-01-${10 + (i % 19)}` })),
  );
  write(
    'b.jsonl',
    numbered(28, 28).map((row, i) => ({ ...row, user: `u${i}`, day: `2024-02-${10 + (i % 19)}` })),
  );
  const split = { by: 'time' as const, column: 'day', group_by: ['user'], validation: 0, test: 0.25 };
  const { folder: to, manifest } = await make({ split });
  const users = (part: string) => new Set(rowsOf(to, part).map(({ user }) => user));
  expect(users('train').intersection(users('test'))).toEqual(new Set());
  expect(rowsOf(to, 'test')).toHaveLength(14);
  expect(manifest.split).toMatchObject({ by: 'time', column: 'day', groupBy: ['user'] });
});

it('splits by a time and by whom redaction takes out of the rows', async () => {
  const people = [
    'Anna Kowalska',
    'John Miller',
    'Lukas Weber',
    'Maria Rossi',
    'Peter Novak',
    'Julia Schmidt',
    'Karl Huber',
  ];
  write(
    'a.jsonl',
    numbered(28).map((row, i) => ({ ...row, name: people[i % 7] })),
  );
  write(
    'b.jsonl',
    numbered(28, 28).map((row, i) => ({ ...row, name: people[i % 7] })),
  );
  const steps = [{ step: 'records' }, { step: 'redact', style: 'surrogates' }, { step: 'lengths' }];
  const timed = await make({ steps, split: { by: 'time', column: 'day', validation: 0, test: 0.25 } });
  const [train, test] = ['train', 'test'].map((part) => rowsOf(timed.folder, part).map(({ id }) => id % 28));
  expect(test).toHaveLength(14);
  expect(Math.min(...test)).toBeGreaterThanOrEqual(Math.max(...train));
  const grouped = await make({
    steps: steps.with(1, { step: 'redact' }),
    split: { group_by: 'name', validation: 0, test: 0.3 },
  });
  const sides = ['train', 'test'].map((part) => new Set(rowsOf(grouped.folder, part).map(({ id }) => id % 7)));
  expect(sides[0].intersection(sides[1])).toEqual(new Set());
  for (const { folder: to } of [timed, grouped])
    for (const part of ['train', 'test'])
      for (const row of rowsOf(to, part)) {
        expect(Object.keys(row).toSorted()).toEqual(['day', 'id', 'name', 'provenance', 'text', 'user']);
        expect(people).not.toContain((row as unknown as { name: string }).name);
      }
});

/** Eight rows each of seven users, in two files. */
function writeSevenUsers(): void {
  for (const [file, from] of [
    ['a.jsonl', 0],
    ['b.jsonl', 28],
  ] as const)
    write(
      file,
      numbered(28, from).map((row, i) => ({ ...row, user: `u${i % 7}` })),
    );
}

it('keeps the rows of one subject of redaction together', async () => {
  writeSevenUsers();
  const steps = [{ step: 'records' }, { step: 'redact', subject: 'user' }];
  const { folder: to } = await make({ steps, split: { validation: 0, test: 0.3 } });
  const users = (part: string) => new Set(rowsOf(to, part).map(({ user }) => user));
  expect(users('train').intersection(users('test'))).toEqual(new Set());
});

it('keeps what rows are split by through steps that make other rows of them', async () => {
  writeSevenUsers();
  const template = { step: 'template', columns: { prompt: '{{ text }}', completion: '{{ id }}' } };
  const steps = [{ step: 'records' }, { step: 'redact', subject: 'user' }, template];
  const { folder: to } = await make({ steps, split: { validation: 0, test: 0.3 } });
  const users = (part: string) =>
    new Set(rowsOf(to, part).map((row) => Number((row as unknown as { completion: string }).completion) % 7));
  expect(users('train').intersection(users('test'))).toEqual(new Set());
});

it('tells of unknown steps beside all other defects', async () => {
  write('a.jsonl', numbered(5));
  write('b.jsonl', numbered(5, 5));
  const steps = [{ step: 'record' }, { step: 'quality', most_symbol: 1 }];
  await expect(make({ steps })).rejects.toMatchObject({
    code: 'E_STEP_OPTIONS',
    problems: [{ field: 'step' }, { field: 'quality.most_symbol' }],
  });
});

it('says what by: group has become', () => {
  const check = () => checkPipeline({ sources: 'a', steps: [{ step: 'records' }], split: { by: 'group' } });
  expect(check).toThrow(/group_by: COLUMN/);
});

it.each([
  [{ split: { group_by: ['text', 'usr'] } }, 'E_SPLIT_GROUP'],
  [{ split: { column: 'user' } }, 'E_BAD_PIPELINE'],
  [{ sources: [] }, 'E_BAD_PIPELINE'],
  [{ splits: {} }, 'E_BAD_PIPELINE'],
  [{ split: { by: 'time' } }, 'E_BAD_PIPELINE'],
  [{ split: { validation: 0.5, test: 0.5 } }, 'E_BAD_PIPELINE'],
  [{ steps: [{ step: 'records', colums: {} }] }, 'E_STEP_OPTIONS'],
  [{ steps: [{ step: 'normalise' }] }, 'E_NO_ROWS'],
  [{ split: { by: 'time', column: 'text', test: 0.1 } }, 'E_SPLIT_TIME'],
])('refuses %j with %s, and leaves no data set', async (more, code) => {
  write('a.jsonl', numbered(5));
  write('b.jsonl', numbered(5, 5));
  await expect(make(more, join(folder, 'out'))).rejects.toMatchObject({ code });
  expect(existsSync(join(folder, 'out'))).toBe(false);
});

it('data diff counts rows added, removed, changed and moved, and names steps and sources that differ', async () => {
  write('a.jsonl', numbered(30));
  write('b.jsonl', numbered(30, 30));
  const [before, after] = [join(folder, 'before'), join(folder, 'after')];
  await make({}, before);
  write('b.jsonl', [
    ...numbered(29, 31).map((row) => (row.id === 40 ? { ...row, text: sentence(999) } : row)),
    { ...numbered(1, 90)[0] },
  ]);
  await make({ steps: [{ step: 'records' }, { step: 'deduplicate' }] }, after);
  const diff = await dataDiff(before, after, { key: 'id' });
  expect(diff.rows).toMatchObject({ added: 1, removed: 1, changed: 1 });
  expect(diff.rows.same + diff.rows.moved).toBe(58);
  expect(diff.first.changed).toMatchObject([{ id: 40 }]);
  expect(diff.first.removed).toMatchObject([{ id: 30 }]);
  expect(diff.steps.map(({ step }) => step)).toEqual(['normalise', 'deduplicate', 'deduplicate']);
  expect(diff.sources).toEqual([{ file: 'b.jsonl', change: 'changed' }]);
  expect((await dataDiff(before, after)).rows).toMatchObject({ added: 2, removed: 2, changed: 0 });
  await expect(dataDiff(before, folder)).rejects.toMatchObject({ code: 'E_NO_DATA_SET' });
});

it('writes a page about the data set without scripts or a network, whose numbers lead to their rows', async () => {
  write(
    'a.jsonl',
    numbered(30).map((row) => ({ ...row, label: row.id % 2 === 0 ? 'even' : '<b>odd</b>' })),
  );
  write('b.jsonl', numbered(10));
  const { report } = await make({ name: 'A & B' });
  const page = readFileSync(report, 'utf8');
  expect(page).toContain('<h1>A &amp; B</h1>');
  expect(page).toContain('&lt;b&gt;odd&lt;/b&gt;');
  expect(page).not.toMatch(/<script|https?:/);
  const links = [...page.matchAll(/href="#(rows-\d+)"/g)].map(([, id]) => id);
  expect(links.length).toBeGreaterThan(5);
  for (const id of links) expect(page).toContain(`id="${id}"`);
  expect(page).toMatch(/deduplicate: same words as an earlier row<\/b>: 10/);
});

it('shows in its report who is in the rows, by columns and by whom texts speak of, and makes no row again for that', async () => {
  const people = ['She lost her key', 'He lost his key', 'He found the key', 'The key is lost'];
  write(
    'a.jsonl',
    numbered(80).map((row, index) => ({ ...row, text: `${people[index % 4]} ${row.text}`, label: index % 3 })),
  );
  write('b.jsonl', numbered(4, 100));
  await make();
  const { report, parts, manifest } = await make({ groups: { columns: ['user'], mentions: true } });
  expect(parts.made).toBe(0);
  const page = readFileSync(report, 'utf8');
  expect(page).toContain('<h2>Groups: user</h2>');
  expect(page).toContain('<h2>Groups: gender</h2>');
  const [, list] = /<a href="#(rows-\d+)">40<\/a>/.exec(page.slice(page.indexOf('>male<')))!;
  expect(page.slice(page.indexOf(`<ol id="${list}"`)).split('</ol>')[0]).toContain('He lost his key');
  expect((await make()).manifest.hash).toBe(manifest.hash);
  await expect(make({ groups: {} })).rejects.toMatchObject({ code: 'E_BAD_PIPELINE' });
});

it('quotes no row in its report where personal data are taken out', async () => {
  write('a.jsonl', [{ text: 'Write to jane.doe@example.com today' }, ...numbered(10)]);
  write('b.jsonl', [{ text: 'Write to jane.doe@example.com today' }]);
  const steps = [{ step: 'records' }, { step: 'deduplicate' }, { step: 'redact' }];
  const { folder: to } = await make({ steps });
  for (const name of readdirSync(to)) expect(readFileSync(join(to, name), 'utf8')).not.toContain('jane.doe');
});
