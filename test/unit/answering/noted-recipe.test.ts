import { expect, it } from 'vitest';
import { notedRecipe } from '../../../src/answering/model/noted-recipe.ts';
import { notedShapes } from '../../../src/answering/model/noted-shapes.ts';
import type { ResultNotesFile } from '../../../src/answering/model/result-notes.ts';

const notesWith = (recipe: unknown) => ({ folder: 'runs/tickets', recipe }) as ResultNotesFile;

it('the recipe in a result’s notes is read as far as opening needs it, whatever an older version left out', () => {
  expect(notedRecipe(undefined)).toBeUndefined();
  expect(notedRecipe(notesWith({}))).toEqual({});
  const written = {
    data: { train: [{ path: 'rows.csv', format: 'columns', columns: { text: ['subject', 'body'] } }], max_length: 64 },
    objective: { name: 'dpo', beta: 0.1, ref_model: 'base' },
    storage: { name: 'nf4', block_size: 64 },
    training: { epochs: 2 },
  };
  expect(notedRecipe(notesWith(written))).toEqual(written);
});

it('a recipe that was damaged is refused with every key at fault', () => {
  const damaged = { data: { train: 'rows.csv', max_length: 'long' }, storage: { name: 'paper' } };
  const refused = () => notedRecipe(notesWith(damaged));
  const problems = ['recipe.data.train', 'recipe.data.max_length', 'recipe.storage.name'].map((field) =>
    expect.objectContaining({ field }),
  );
  expect(refused).toThrow(
    expect.objectContaining({ code: 'E_NOTES_INVALID', problems: expect.arrayContaining(problems) }),
  );
});

it('rows are expected to be laid out as those that were trained on', () => {
  const train = [
    { path: 'a.csv', columns: { text: 'body' } },
    { path: 'b.csv', columns: { text: 'body' } },
  ];
  expect(notedShapes(notesWith({ data: { train } }))).toEqual([{ columns: { text: 'body' } }]);
  expect(notedShapes(notesWith({}))).toEqual([]);
});
