export { defineRecipe } from './define-recipe.ts';
export type { RecipeInput } from './recipe-input.generated.ts';
export { isRecipe } from './is-recipe.ts';
export { type RecipeKey, type RecipeKeys, recipeKeys } from './keys.ts';
export { placeProblems } from './place-problems.ts';
export { resolveRecipe, resolveRecipeFile, settingPaths, type ResolveOptions } from './resolve.ts';
export type { RecipeFlags } from './settle-recipe.ts';
