import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { resolveRecipe } from '../../../src/app/recipe/index.ts';
import { RecipeRows } from '../../../src/app/rows/recipe-rows.ts';
import { withRowFiles } from '../../../src/app/rows/temporary-rows.ts';
import { writeRows } from '../../../src/app/rows/rows.ts';
import { AttuneError } from '../../../src/base/errors.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'attune-memory-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const colours = [
  { prompt: 'sky', completion: 'blue' },
  { prompt: 'grass', completion: 'green' },
];

async function refused(work: () => Promise<unknown>): Promise<AttuneError> {
  const error = await work().then(
    () => expect.fail('the rows were accepted'),
    (error: unknown) => error,
  );
  expect(error).toBeInstanceOf(AttuneError);
  return error as AttuneError;
}

describe('rows in memory', () => {
  it('become a private file that is named after its content', async () => {
    const path = await writeRows(colours, { name: 'rows', folder });
    expect(readFileSync(path, 'utf8')).toBe(colours.map((row) => `${JSON.stringify(row)}\n`).join(''));
    expect(statSync(path).mode & 0o777).toBe(0o600);
    async function* stream() {
      for (const row of colours) yield await Promise.resolve(row);
    }
    expect(await writeRows(stream(), { name: 'rows', folder })).toBe(path);
    expect(await writeRows(colours.toReversed(), { name: 'rows', folder })).not.toBe(path);
  });

  it('are refused where JSON would change them, all places at once', async () => {
    const loop: Record<string, unknown> = { text: 'a' };
    loop.self = loop;
    const rows = [
      { text: 'fine', at: new Date(0), missing: undefined },
      { text: 'a', price: Number.NaN },
      { text: 'b', tags: new Set(['x']) },
      { text: 'c', meta: { 'due date': new Date('never'), ids: [1, 2n] } },
      'no row' as unknown as object,
      loop,
    ];
    const { code, problems } = await refused(() => writeRows(rows, { name: 'rows', folder }));
    expect(code).toBe('E_BAD_ROWS');
    const places = problems.map(({ field }) => field);
    expect(places.slice(0, 5)).toEqual([
      'rows[1].price',
      'rows[2].tags',
      'rows[3].meta["due date"]',
      'rows[3].meta.ids[1]',
      'rows[4]',
    ]);
    expect(places[5]).toMatch(/^rows\[5]\.self\.self/);
    expect(existsSync(join(folder, 'rows.jsonl'))).toBe(false);
  });

  it('are no rows where there are none', async () => {
    expect((await refused(() => writeRows([], { name: 'data', folder }))).message).toContain('No rows in data');
  });
});

describe('rows that are used once', () => {
  it('have a file only as long as they are used, and a file given by name is left alone', async () => {
    const own = join(folder, 'own.jsonl');
    writeFileSync(own, '{}');
    const path = await withRowFiles({ data: colours, train: own }, {}, ({ paths, names, mediaFolder }) => {
      expect(statSync(paths.data!).mode & 0o777).toBe(0o600);
      expect(names.get(paths.data!)).toBe('data');
      expect(mediaFolder('data')).toBe(process.cwd());
      expect([paths.train, mediaFolder('train')]).toEqual([own, undefined]);
      return Promise.resolve(paths.data!);
    });
    expect([existsSync(path), existsSync(own)]).toEqual([false, true]);
  });

  it('are named in errors as the program names them', async () => {
    const failure = (file: string) =>
      new AttuneError('E_BAD_ROWS', {
        what: `A row of ${file} is bad`,
        problems: [
          { file, line: 13, field: 'text', message: 'is missing' },
          { file, line: 2, message: 'is empty' },
          { file: 'other.jsonl', line: 1, field: 'text', message: 'is missing' },
        ],
      });
    const error = await refused(() =>
      withRowFiles({ rows: colours }, {}, ({ paths }) => Promise.reject(failure(paths.rows!))),
    );
    expect(error.message).not.toContain(tmpdir());
    expect(error.what).toBe('A row of rows is bad');
    expect(error.problems.map(({ file, line, field }) => [file, line, field])).toEqual([
      [undefined, undefined, 'rows[12].text'],
      [undefined, undefined, 'rows[1]'],
      ['other.jsonl', 1, 'text'],
    ]);
  });
});

describe('a recipe with rows in memory', () => {
  const base = { model: 'attune-base', output_dir: 'unset' };

  it('keeps them below its run, where an equal set has an equal name', async () => {
    const output_dir = join(folder, 'run');
    const recipe = await resolveRecipe({ ...base, output_dir, data: { train: colours, test: { rows: colours } } });
    const rows = new RecipeRows(recipe);
    rows.write();
    const [{ path }] = rows.recipe.data.train;
    expect(path).toMatch(/run\/rows\/data\.train-[0-9a-f]{16}\.jsonl$/);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(rows.recipe.data.test).toMatchObject([{ path: expect.stringMatching(/data\.test\.rows-/) as string }]);
    const again = await resolveRecipe({ ...base, output_dir, data: { train: [...colours], test: 0 } });
    expect(new RecipeRows(again).recipe.data.train[0].path).toBe(path);
  });

  it('leaves nothing in the folder of another run', async () => {
    const output_dir = join(folder, 'taken');
    const rows = new RecipeRows(await resolveRecipe({ ...base, output_dir, data: { train: colours } }));
    rows.write();
    const [{ path }] = rows.recipe.data.train;
    const error = rows.failure(new AttuneError('E_RUN_EXISTS', { what: `${path} is taken` }));
    expect((error as AttuneError).what).toBe('data.train is taken');
    expect(existsSync(path)).toBe(false);
  });

  it('tells rows from lists of files', async () => {
    const files = await resolveRecipe({ ...base, data: { train: ['a.jsonl', { path: 'b.jsonl', weight: 2 }] } });
    expect(files.data.train.map(({ path }) => path)).toEqual(['a.jsonl', 'b.jsonl']);
    const pictures = await resolveRecipe({ ...base, data: { train: [{ path: 'a.png', label: 'cat' }] } });
    expect(pictures.data.train).toMatchObject([{ media_dir: '.' }]);
    const mixed = await resolveRecipe({ ...base, data: { train: ['a.jsonl', { rows: colours, weight: 3 }] } });
    expect(mixed.data.train).toMatchObject([{ path: 'a.jsonl' }, { weight: 3, media_dir: '.' }]);
  });
});
