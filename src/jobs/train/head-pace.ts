import type { Tuning } from '../../methods/interfaces.ts';
import type { Model } from '../../models/model.ts';
import type { Recipe } from '../../training/recipe/recipe.ts';
import { headShare } from '../../training/suggested-training.ts';
import { trainingFacts } from './training-facts.ts';

/** Sets the learning rate of a new head to its share of the tuning's. */
export async function paceNewHead(
  model: Model,
  { tuning, initialised }: { tuning: Tuning; initialised: readonly string[] },
  { folder, recipe }: { folder: string; recipe: Recipe },
): Promise<void> {
  const isNew = new Set(initialised.filter((path) => model.isOfHead(path)));
  if (isNew.size === 0) return;
  const share = headShare(await trainingFacts(folder, recipe));
  const head = new Set([...model.parameters()].filter(([path]) => isNew.has(path)).map(([, parameter]) => parameter));
  for (const trainable of tuning.trainables)
    if (head.has(trainable.parameter)) trainable.rate = (trainable.rate ?? 1) * share;
}
