// Rows that are tokenised once and found again.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Example } from '../../src/data/index.ts';
import { newTokenizer, trainByteLevelBpe } from '../../src/text/index.ts';
import type { Recipe } from '../../src/train/recipe.ts';
import { createObjective } from '../../src/worker/run/build-trainer.ts';
import { prepareSplit } from '../../src/worker/run/prepare-rows.ts';

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
    return rows.map(({ label }) => labels[label ?? -1]);
  };
  for (const labels of [
    ['blue', 'red'],
    ['red', 'blue'],
    ['amber', 'blue', 'red'],
    ['blue', 'red'],
  ])
    expect(await labelled(labels)).toEqual(['red', 'blue']);
});
