import { expect, it, vi } from 'vitest';
import { resolveRecipe, type RecipeInput } from '../../../src/app/recipe/index.ts';
import { trainRecipe } from '../../../src/app/train-recipe.ts';
import type { Recipe } from '../../../src/training/recipe/recipe.ts';

const rows = [{ text: 'late', label: 'delivery' }];
const recipes: RecipeInput[] = [
  { model: 'tfidf', data: { train: rows } },
  { model: 'attune-base', data: { train: rows, test: 0.2 }, tuning: { method: 'lora', r: 4 }, training: { epochs: 2 } },
  { model: 'attune-base', data: { train: rows }, objective: 'classification', tuning: 'full' },
];

it.each(recipes)('a recipe that is resolved is trained as it is: %j', async (input) => {
  const resolved = await resolveRecipe({ ...input, output_dir: 'runs/one' });
  const start = vi.fn<(recipe: Recipe) => Promise<void>>(() => Promise.resolve());
  await trainRecipe(resolved, {}, start);
  expect(start.mock.calls).toEqual([[resolved]]);
});

it('one that is written gets its defaults, with flags over it', async () => {
  const seen = await trainRecipe({ model: 'tfidf', data: { train: rows } }, { flags: { seed: '7' } }, (recipe) =>
    Promise.resolve(recipe),
  );
  expect(seen.training.seed).toBe(7);
  expect(seen.output_dir).toMatch(/^runs\//);
});

it.each([
  [{ dryRun: true, detach: true }, '--dry-run and --detach cannot be combined'],
  [{ overwrite: true, resume: true }, '--overwrite and --resume cannot be combined'],
  [{}, 'There is no recipe'],
])('%j is refused', async (options, what) => {
  const start = vi.fn<() => Promise<void>>();
  await expect(trainRecipe(undefined, options, start)).rejects.toMatchObject({ code: 'E_USAGE', what });
  expect(start).not.toHaveBeenCalled();
});
