// Tokenised rows are cached and reused.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Example } from '../../../src/data/index.ts';
import { newTokenizer, Tokenizer, trainByteLevelBpe } from '../../../src/models/text/index.ts';
import type { Recipe } from '../../../src/training/recipe/recipe.ts';
import type { MediaReader } from '../../../src/answering/tasks/rows/prepared-rows.ts';
import { createObjective } from '../../../src/jobs/train/build-trainer.ts';
import { prepareSplit } from '../../../src/jobs/rows/prepare-rows.ts';
import type { LabelledRow } from '../../../src/training/objectives/labelled-rows.ts';

const folder = mkdtempSync(join(tmpdir(), 'attune-prepared-rows-'));
const home = process.env.ATTUNE_HOME;
beforeAll(() => void (process.env.ATTUNE_HOME = folder));
afterAll(() => {
  if (home === undefined) delete process.env.ATTUNE_HOME;
  else process.env.ATTUNE_HOME = home;
  rmSync(folder, { recursive: true, force: true });
});

it('have the labels of the classes of their run, though an earlier run had the same rows with others', async () => {
  const vocabulary = await trainByteLevelBpe(['some words'], { vocabSize: 270, specialTokens: ['</s>'] });
  const tokenizer = await newTokenizer(vocabulary, { roles: { eos: '</s>' } });
  const examples = ['red', 'blue'].map(
    (label, i) =>
      ({ kind: 'classification', id: `row ${i}`, text: 'some', label, source: { file: 'rows', line: i } }) as Example,
  );
  const recipe = {
    objective: { name: 'classification', labels: null },
    data: { max_length: 64, long_rows: 'fail' },
    references: {},
  } as unknown as Recipe;
  const labelled = async (labels: string[]) => {
    const now = new Date(0);
    const objective = await createObjective(recipe, { tokenizer, labels, causal: true, now });
    const context = { objective, labels, tokenizer, recipe, now, maxPositions: 64, emit: () => undefined };
    const { rows } = await prepareSplit(examples, context);
    return (rows as LabelledRow[]).map(({ label }) => labels[label]);
  };
  for (const labels of [
    ['blue', 'red'],
    ['red', 'blue'],
    ['amber', 'blue', 'red'],
    ['blue', 'red'],
  ])
    expect(await labelled(labels)).toEqual(['red', 'blue']);
});

it('cost what the model of their run makes of their files, though an earlier run read them with another', async () => {
  const tokenizer = await Tokenizer.none(folder);
  const media = { kind: 'image', path: join(folder, 'a.png'), hash: 'a' };
  const given = [
    { kind: 'classification', id: 'row', text: '', media, label: 'red', source: { file: 'rows', line: 1 } },
  ];
  const recipe = {
    objective: { name: 'classification', labels: null },
    data: { max_length: 64, long_rows: 'fail' },
    references: {},
  } as unknown as Recipe;
  const sizeWith = async (reader: Pick<MediaReader, 'identity' | 'size'>) => {
    const [labels, now] = [['red'], new Date(0)];
    const read = { kind: 'image', ...reader } as MediaReader;
    const objective = await createObjective(recipe, { tokenizer, media: read, labels, causal: false, now });
    const context = { objective, labels, tokenizer, media: read, recipe, now, maxPositions: 64, emit: () => undefined };
    return (await prepareSplit(given as Example[], context)).rows[0].size;
  };
  expect(await sizeWith({ identity: 'small images', size: () => 17 })).toBe(17);
  expect(await sizeWith({ identity: 'large images', size: () => 65 })).toBe(65);
});

it('are refused with a truncation_side or a number of windows that would change nothing', async () => {
  const vocabulary = await trainByteLevelBpe(['some words'], { vocabSize: 270, specialTokens: ['</s>'] });
  const tokenizer = await newTokenizer(vocabulary, { roles: { eos: '</s>' } });
  const [labels, now] = [['red'], new Date(0)];
  const source = { file: 'rows', line: 4 };
  const text = { kind: 'classification', id: 'row', text: 'some', label: 'red', source };
  const prepare = async (example: object, name: string, data: Partial<Recipe['data']>) => {
    const limits = { max_length: 4, long_rows: 'truncate', truncation_side: 'middle', ...data };
    const recipe = { objective: { name }, data: limits, references: {} } as unknown as Recipe;
    const objective = await createObjective(recipe, { tokenizer, labels, causal: true, now });
    const context = { objective, labels, tokenizer, recipe, now, maxPositions: 64, emit: () => undefined };
    return prepareSplit([example as Example], context);
  };
  const { rows } = await prepare(text, 'classification', { truncation_side: 'left' });
  expect(rows).toHaveLength(1);
  const failing = { long_rows: 'fail' } as const;
  await expect(prepare(text, 'classification', failing)).rejects.toThrow(/long_rows: fail/);
  const two = { ...text, textPair: 'words' };
  await expect(prepare(two, 'classification', {})).rejects.toThrow(/never truncated on a chosen side/);
  const whole = { truncation_side: 'right' } as const;
  const windows = { ...whole, max_windows: 2 } as const;
  await expect(prepare(text, 'classification', windows)).rejects.toThrow(/long_rows: truncate does not split/);
  const split = { ...windows, long_rows: 'split' } as const;
  await expect(prepare(two, 'classification', split)).rejects.toThrow(/never split into windows/);
  const long = { ...text, id: 'long', text: 'some words '.repeat(30) };
  const read = await prepare(long, 'classification', split);
  expect(read.rows.map(({ segments }) => segments)).toEqual([[4, 4]]);
  const plain = { kind: 'text', id: 'row', text: 'some', source };
  await expect(prepare(plain, 'pretrain', {})).rejects.toMatchObject({
    code: 'E_OPTION_IDLE',
    got: 'data.truncation_side: middle, but a row of text (rows:4)',
  });
});
