import type { BaseRecipe } from '../../methods/recipe/base-recipe.ts';
import { tunings } from '../../methods/tunings/index.ts';
import { baseFacts } from '../../models/base-facts.ts';
import type { TrainingFacts } from '../../training/suggested-training.ts';

/** Facts that the suggestions depend on, for the recipe's methods. */
export async function trainingFacts(
  base: string,
  { tuning, objective }: Pick<BaseRecipe, 'tuning' | 'objective'>,
): Promise<TrainingFacts> {
  const { method, ...options } = tuning;
  const rate = (await tunings.load(method)).rate(options);
  return { ...(await baseFacts(base)), tuning: method, rate, objective: objective.name };
}
