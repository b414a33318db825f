export { defineRecipe, type RecipeInput } from './define.ts';
export { isRecipe } from './is-recipe.ts';
export { type RecipeKey, type RecipeKeys, recipeKeys } from './keys.ts';
export { resolveRecipe, resolveRecipeFile, type ResolveOptions } from './resolve.ts';
export type { RecipeFlags } from './settle.ts';
