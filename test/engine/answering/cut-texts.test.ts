// Texts longer than the encoder's context, ranked by their vectors.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import type { PairExample } from '../../../src/data/example.ts';
import type { Recipe } from '../../../src/training/recipe/recipe.ts';
import { modelPredictor } from '../../../src/answering/predict/model-predictor.ts';
import { openModel } from '../../../src/answering/model/open-model.ts';
import { writeTinyBert } from '../../system/cli-tiny-bert.ts';

const folder = mkdtempSync(join(tmpdir(), 'attune-cut-'));
afterAll(() => rmSync(folder, { recursive: true }));

it('long texts are read in part where training read them so, and are never found where it did not', async () => {
  const words = ['red', 'blue', 'green', 'house', 'dog'];
  writeTinyBert(folder, words);
  const opened = await openModel(folder, { as: 'embedding', precision: 'f32' });
  const long = (word: string) => `${word} ${'house dog '.repeat(300)}`;
  const pair = (anchor: string, positive: string): PairExample => {
    return { kind: 'pair', id: anchor, source: { file: 'x', line: 1 }, anchor, positive, negatives: [] };
  };
  const rankings = async (
    rows: readonly PairExample[],
    long_rows: 'truncate' | 'drop',
    truncation_side?: 'left' | 'middle',
  ) => {
    const reading = { max_length: 5, long_rows, truncation_side } as Recipe['data'];
    const ask = (asked: readonly PairExample[]) => Promise.resolve(asked.map((example) => ({ example })));
    const predictor = modelPredictor('m', { ...opened, reading }, { ask: ask as never, maxNewTokens: 1 });
    return (await predictor.predict(rows)).map(({ ranking }) => ranking);
  };
  const rows = ['red', 'blue', 'green'].map((word) => pair(word, long(word)));
  const cut = await rankings(rows, 'truncate');
  // [CLS], three words, [SEP]
  const alike = rows.map(({ anchor }) => pair(anchor, `${anchor} house dog`));
  const short = await rankings(alike, 'drop');
  expect(cut).toEqual(short.map((ranking) => ranking!.map((text) => long(text.split(' ')[0]))));
  expect(await rankings(rows, 'drop')).toEqual([[], [], []]);
  // If the beginning is cut off, every text is [CLS], the last three words, [SEP].
  const unlike = rows.map(({ anchor }) => pair(anchor, `${long(anchor)} ${anchor} green blue`));
  const endings = rows.map(({ anchor }) => pair(anchor, `${anchor} green blue`));
  const wordsOf = (ranking: readonly string[] | undefined) => ranking!.map((text) => text.split(' ').at(-3));
  expect((await rankings(unlike, 'truncate', 'left')).map(wordsOf)).toEqual(
    (await rankings(endings, 'drop')).map(wordsOf),
  );
  const outer = rows.map(({ anchor }) => pair(anchor, `${anchor} house blue`));
  expect((await rankings(unlike, 'truncate', 'middle')).map((ranking) => ranking!.map(firstOf))).toEqual(
    (await rankings(outer, 'drop')).map((ranking) => ranking!.map(firstOf)),
  );
  opened.model.dispose();
});

function firstOf(text: string): string {
  return text.split(' ')[0];
}
