import type { Recipe } from '../../training/recipe/recipe.ts';
import type { PairJudging } from '../tasks/answers/answering.ts';
import { referenceModel, type ReferenceModel } from './reference-model.ts';
import type { OpenedModel } from './open-model.ts';

type Judged = Pick<OpenedModel, 'model' | 'tuning' | 'notes'>;

/** How pairs of answers are judged by a result: as its run did. */
export function pairJudging(opened: Judged): PairJudging {
  return { measure: opened.notes?.preference, reference: () => referenceOf(opened) };
}

/** The model that training compared with; undefined for one that nothing was made from: it is its own. */
async function referenceOf({ model, tuning, notes }: Judged): Promise<ReferenceModel | undefined> {
  const recipe = notes?.recipe as Recipe | undefined;
  if (recipe === undefined && tuning === undefined) return undefined;
  const objective = recipe?.objective;
  const named = objective !== undefined && 'ref_model' in objective ? objective.ref_model : null;
  return referenceModel({
    objective: { needs: { reference: true }, referenceModel: named ?? undefined },
    tuning: tuning ?? { result: 'model' },
    model,
    base: notes?.base_folder ?? '',
    storage: recipe?.storage ?? { name: 'dense' },
  });
}
