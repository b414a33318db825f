import type { PairJudging } from '../tasks/answers/answering.ts';
import { referenceModel, type ReferenceModel } from './reference-model.ts';
import { notedRecipe } from './noted-recipe.ts';
import type { OpenedModel } from './open-model.ts';

type Judged = Pick<OpenedModel, 'model' | 'tuning' | 'notes'>;

/** How a result judges pairs of answers: as its run did. */
export function pairJudging(opened: Judged): PairJudging {
  return { measure: opened.notes?.preference, reference: () => referenceOf(opened) };
}

/** The reference model of the training; undefined for a model that was not trained here, which is its own reference. */
async function referenceOf({ model, tuning, notes }: Judged): Promise<ReferenceModel | undefined> {
  const recipe = notedRecipe(notes);
  if (recipe === undefined && tuning === undefined) return undefined;
  return referenceModel({
    objective: { reference: { model: recipe?.objective?.ref_model } },
    tuning: tuning ?? { result: 'model' },
    model,
    base: notes?.base_folder ?? '',
    storage: recipe?.storage ?? { name: 'dense' },
  });
}
