import { expect, test } from 'vitest';
import type { Example } from '../../../src/data/index.ts';
import type { Recipe } from '../../../src/training/recipe/recipe.ts';
import { labelsOf } from '../../../src/jobs/evaluate/label-statistics.ts';

const rows = ['red', 'blue', 'green', 'blue'].map((label) => ({ kind: 'classification', label }) as Example);
const recipe = (labels: string[] | null) => ({ objective: { name: 'classification', labels } }) as unknown as Recipe;

test('the classes of the rows are sorted, unless the base model has the same ones in an order of its own', () => {
  expect(labelsOf(recipe(null), rows, {})).toEqual(['blue', 'green', 'red']);
  const known = { id2label: { 0: 'red', 1: 'green', 2: 'blue' } };
  expect(labelsOf(recipe(null), rows, known)).toEqual(['red', 'green', 'blue']);
  const others = { id2label: { 0: 'red', 1: 'green', 2: 'yellow' } };
  expect(labelsOf(recipe(null), rows, others)).toEqual(['blue', 'green', 'red']);
  expect(labelsOf(recipe(null), rows, { id2label: { 0: 'LABEL_0' } })).toEqual(['blue', 'green', 'red']);
});

test('the classes of the recipe stay in its order', () => {
  const wanted = ['green', 'red', 'blue'];
  expect(labelsOf(recipe(wanted), rows, { id2label: { 0: 'red', 1: 'green', 2: 'blue' } })).toEqual(wanted);
});
