import type { RecipeInput } from './recipe-input.generated.ts';

/**
 * Types a recipe that is written in a program; each key is documented with its default.
 * @example
 * export default defineRecipe({ model: 'attune-base', data: { train: 'tickets.jsonl' }, tuning: { method: 'lora', r:
 * 8 } });
 */
export function defineRecipe(recipe: RecipeInput): RecipeInput {
  return recipe;
}
