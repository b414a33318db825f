/** Recipes that `init` writes for typical data of new users. */
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { parse } from 'yaml';
import { init } from '../../../../src/app/init/run-init.ts';
import { inspectTrainingData } from '../../../../src/app/inspect-data.ts';
import type { RunEvent } from '../../../../src/base/events.ts';
import { loadData } from '../../../../src/data/index.ts';

let [folder, before] = ['', ''];
beforeEach(() => {
  before = process.cwd();
  folder = mkdtempSync(join(tmpdir(), 'attune-init-recipes-'));
  vi.stubEnv('ATTUNE_HOME', join(folder, '.home'));
  process.chdir(folder);
});
afterEach(() => {
  process.chdir(before);
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

const ROWS = 60;
function write(
  name: string,
  header: string,
  row: (index: number) => string,
  encoding: BufferEncoding = 'utf8',
): string {
  const lines = [header, ...Array.from({ length: ROWS }, (_, index) => row(index))];
  writeFileSync(name, Buffer.from(`${lines.join('\n')}\n`, encoding));
  return name;
}

const letter = (index: number): string => `this is what somebody wrote to us as letter ${index * 7}`;

async function recipeOf(path: string, options: Parameters<typeof init>[1] = {}) {
  const result = await init(path, { ...options, force: true });
  const recipe = parse(readFileSync(result.recipe, 'utf8')) as {
    data: Record<string, unknown>;
    [key: string]: unknown;
  };
  return { result, recipe, commands: result.next.map(({ command }) => command) };
}

async function inspect(path: string, flags = {}) {
  const events: RunEvent[] = [];
  const result = await inspectTrainingData(path, { flags, rows: 1, onEvent: (event) => events.push(event) });
  const warnings = events.flatMap((event) => (event.type === 'warning-raised' ? [event.message] : []));
  return { result, warnings };
}

describe('a table', () => {
  const table = (): string =>
    write('tx.csv', 'tx_id,amount,merchant_category,hour,is_fraud', (i) =>
      [5000 + i, `${(i * 37) % 300}.5`, ['travel', 'fuel'][i % 2], i % 24, i % 10 === 0 ? 1 : 0].join(','),
    );

  it('without texts is for trees', async () => {
    const { result, recipe, commands } = await recipeOf(table());
    const columns = { text: { columns: ['amount', 'merchant_category', 'hour'], names: true }, label: 'is_fraud' };
    expect(recipe).toMatchObject({ model: 'trees', objective: 'classification', data: { columns } });
    expect(recipe).not.toHaveProperty('tuning');
    expect(result.because).toContain('numbers and classes, not text');
    expect(commands.at(-1)).toBe('attune train tx.yaml');
    expect((await recipeOf('tx.csv', { model: 'attune-base' })).recipe.model).toBe('attune-base');
  });

  it('with a text is not, nor is one of very few rows', async () => {
    const mixed = write('mixed.csv', 'body,amount,queue', (i) => `${letter(i)},${i}.5,${['a', 'b'][i % 2]}`);
    expect((await recipeOf(mixed)).recipe.model).not.toBe('trees');
    writeFileSync('few.csv', readFileSync(table(), 'utf8').split('\n').slice(0, 20).join('\n'));
    expect((await recipeOf('few.csv')).recipe.model).not.toBe('trees');
  });

  it('with decimal commas has numbers in them, in training too', async () => {
    write('preise.csv', 'produkt;preis', (i) => `Kessel Modell ${i} in Rot;1.${100 + i},${10 + i}`);
    const { result, recipe } = await recipeOf('preise.csv');
    expect(recipe).toMatchObject({ objective: 'regression', data: { columns: { text: 'produkt', label: 'preis' } } });
    expect(result.warnings).toContain('numbers with a decimal comma in preis');
    const columns = { text: 'produkt', label: 'preis' };
    const { splits, report } = await loadData({ train: 'preise.csv', columns, seed: 0 });
    expect(splits.train[0]).toMatchObject({ kind: 'regression', value: 1100.1 });
    expect(report.files[0].decimalCommas).toEqual(['preis']);
    write('thousands.csv', 'text,label', (i) => `${letter(i)},"${i + 1},100"`);
    const thousands = await loadData({ train: 'thousands.csv', seed: 0 });
    expect(thousands.report.files[0].decimalCommas).toBeUndefined();
  });

  it('whose label is an id, spelt in several ways, or has few rows is warned of', async () => {
    const ids = await recipeOf(table(), { labelColumn: 'tx_id' });
    expect(ids.result.warnings.join()).toContain('tx_id is a row number or an id');
    const read = await recipeOf(table(), { textColumn: ['tx_id'], labelColumn: 'is_fraud', format: 'classification' });
    expect(read.result.warnings.join()).toContain('tx_id is a row number or an id: nothing learnt from it');
    write('case.csv', 'text,label', (i) => `${letter(i)},${['billing', 'Billing', 'BILLING', 'sales'][i % 4]}`);
    const spelt =
      'labels that differ only by case or white space count as different: "billing" and "Billing" and "BILLING"';
    expect((await recipeOf('case.csv')).result.warnings).toContain(spelt);
    expect((await inspect('case.csv')).result.remarks.join()).toContain('count as 3 classes');
    write('codes.csv', 'text,label', (i) => `${letter(i)},class ${i}`);
    const codes = await recipeOf('codes.csv', { labelColumn: 'label', format: 'classification' });
    expect(codes.result.warnings.join()).toContain('60 classes in 60 rows: it looks like an id');
    expect(codes.result.warnings.join()).toContain('60 rows leave 6 for the test, each worth 17 points');
    writeFileSync('four.csv', 'text,label\none thing here,a\nother thing here,b\nsame thing here,a\nno thing here,b\n');
    expect((await recipeOf('four.csv')).result.warnings.join()).toContain('4 rows in all: too few');
  });

  it('whose label has one value, or that has no headings, is warned of', async () => {
    write('clean.csv', 'amount,category,hour,is_fraud', (i) => `${i}.5,${['food', 'fuel'][i % 2]},${i % 24},0`);
    const clean = await recipeOf('clean.csv');
    expect(clean.result.warnings).toContain('is_fraud is 0 in all rows: category is used as the target instead');
    write('rows.csv', 'first thing here,food,12.50', (i) => `${letter(i)},${['food', 'fuel'][i % 2]},${i}.25`);
    const heading = 'column names, but food, 12.50 look like values: add a header line';
    await expect(recipeOf('rows.csv')).rejects.toThrow(heading);
    const columns = { textColumns: ['first thing here'], labelColumn: 'food' };
    expect((await recipeOf('rows.csv', columns)).result.warnings.join()).toContain(heading);
    expect((await recipeOf(table())).result.warnings.join()).not.toContain('look');
  });

  it('of choices leads to a recipe that says how its model is made', async () => {
    write('bought.csv', 'customer,product,at', (i) => `u${i % 7},p${(i * 5) % 9},${1_700_000_000 + i}`);
    const { result } = await recipeOf('bought.csv');
    expect(readFileSync('bought.yaml', 'utf8')).toContain(`# The model comes from: ${result.command}\n`);
    expect(result.command).toContain('timestamp: at');
  });
});

describe('text in another encoding', () => {
  it('is decoded for training and inspection, which say so', async () => {
    write('latin.csv', 'text,label', (i) => `Für Geräte Nr. ${i} suche ich Öl,${['küche', 'büro'][i % 2]}`, 'latin1');
    const { result, recipe } = await recipeOf('latin.csv');
    expect(recipe.objective).toBe('classification');
    expect(result.warnings.join()).toMatch(/latin\.csv is not UTF-8: read as (windows-1252|iso-8859-1)/);
    const { splits } = await loadData({ train: 'latin.csv', seed: 0 });
    expect(splits.train[0]).toMatchObject({ text: 'Für Geräte Nr. 0 suche ich Öl', label: 'küche' });
    expect((await inspect('latin.csv')).warnings.join()).toContain('latin.csv is not UTF-8');
  });

  it('may begin far behind the beginning, or have two bytes a character', async () => {
    const lines = (last: string) => `text,label\n${`${letter(1)},a\n`.repeat(40_000)}${last},b\n`;
    writeFileSync('late.csv', Buffer.from(lines('Küche'), 'latin1'));
    const { splits } = await loadData({ train: 'late.csv', seed: 0 });
    expect(splits.train.at(-1)).toMatchObject({ text: 'Küche', label: 'b' });
    writeFileSync('wide.csv', Buffer.from(`\ufefftext,label\nKüche,a\nBüro,b\n`, 'utf16le'));
    const wide = await loadData({ train: 'wide.csv', seed: 0 });
    expect(wide.splits.train.map((row) => 'text' in row && row.text)).toEqual(['Küche', 'Büro']);
  });
});

describe('bad rows', () => {
  it('are left out where the recipe is not strict, and listed', async () => {
    write('some.csv', 'text,label', (i) => `${letter(i)},${i === 7 ? '' : ['a', 'b'][i % 2]}`);
    await expect(inspect('some.csv')).rejects.toMatchObject({ code: 'E_BAD_ROWS', problems: [{ line: 9 }] });
    const { result, warnings } = await inspect('some.csv', { strict: 'false' });
    expect(result.report.files[0]).toMatchObject({
      rows: 59,
      leftOut: { rows: 1, first: [{ line: 9, reason: 'label is empty' }] },
    });
    expect(warnings).toContain('a row was left out');
  });
});

describe('images, pairs and texts', () => {
  const PIXEL = Buffer.from(
    'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
    'base64',
  );

  it('of classes train the head alone, without lengths in tokens', async () => {
    for (const label of ['cats', 'dogs']) mkdirSync(join('photos', label), { recursive: true });
    for (let i = 0; i < 20; i++) writeFileSync(join('photos', i % 2 === 0 ? 'cats' : 'dogs', `${i}.png`), PIXEL);
    const { recipe } = await recipeOf('photos');
    expect(recipe).toMatchObject({ model: 'nsfwjs', tuning: { method: 'freeze', trainable_layers: 0 } });
    expect(recipe.data).not.toHaveProperty('max_length');
    writeFileSync('photos/cats/0.png', PIXEL.subarray(0, 40));
    writeFileSync('photos/dogs/1.png', '');
    await expect(inspect('photos')).rejects.toMatchObject({ code: 'E_BAD_ROWS', problems: { length: 2 } });
    expect((await inspect('photos', { strict: 'false', validation: '0', test: '0' })).result.report.files[0].rows).toBe(
      18,
    );
  });

  it('of answers go to orpo with a base, to dpo with a model that answers', async () => {
    const pair = (i: number): string =>
      JSON.stringify({ prompt: letter(i), chosen: `Thank you ${i}.`, rejected: 'No.' });
    writeFileSync('pairs.jsonl', Array.from({ length: ROWS }, (_, i) => pair(i)).join('\n'));
    expect((await recipeOf('pairs.jsonl')).recipe.objective).toBe('orpo');
    // The same template on a base model that stops at the end of a document, and on a model that stops at the end of a
    // turn.
    for (const [name, ends, objective] of [
      ['base', 1, 'orpo'],
      ['chat', [1, 3], 'dpo'],
    ] as const) {
      cpSync(resolve(before, 'assets/attune-base'), name, { recursive: true });
      const template = readFileSync(join(name, 'chat_template.jinja'), 'utf8').replaceAll(
        '<|endoftext|>',
        '<|im_end|>',
      );
      writeFileSync(join(name, 'chat_template.jinja'), template);
      writeFileSync(join(name, 'generation_config.json'), JSON.stringify({ eos_token_id: ends }));
      expect((await recipeOf('pairs.jsonl', { model: `./${name}` })).recipe.objective).toBe(objective);
    }
  });

  it('of documents are searched before they are trained on', async () => {
    writeFileSync(
      'pages.jsonl',
      Array.from({ length: ROWS }, (_, i) => JSON.stringify({ text: letter(i) })).join('\n'),
    );
    const { commands, result } = await recipeOf('pages.jsonl');
    expect(commands.slice(1, 3)).toEqual([
      'attune retrieve index model-embeddings-en --input pages.jsonl --text-column text --output pages-index',
      'attune retrieve query pages-index --text "…"',
    ]);
    expect(result.next.at(-1)!.why).toContain('not answers to questions');
  });

  it('with an object in each row learn to write it', async () => {
    const row = (i: number): string =>
      JSON.stringify({ description: letter(i), attributes: { colour: ['red', 'blue'][i % 2] } });
    writeFileSync('attributes.jsonl', Array.from({ length: ROWS }, (_, i) => row(i)).join('\n'));
    const { recipe } = await recipeOf('attributes.jsonl');
    expect(recipe).toMatchObject({
      objective: 'sft',
      data: { columns: { prompt: 'description', completion: ['attributes'] } },
    });
    const { result } = await inspect('attributes.yaml');
    expect(result.rows[0].pieces.map(({ text }) => text).join('')).toContain('{"colour":"');
  });
});
