import { objectives } from '../../methods/objectives/index.ts';
import type { Recipe } from '../../methods/recipe.ts';
import type { PairJudging, PreferenceMeasure } from '../../tasks/answers/answering.ts';
import { referenceModel, type ReferenceModel } from '../train/reference-model.ts';
import type { OpenedModel } from './open-model.ts';
import type { ResultNotesFile } from './result-notes.ts';

type Judged = Pick<OpenedModel, 'model' | 'tuning' | 'notes'>;

/** How pairs of answers are judged by a result: as its run did. */
export function pairJudging(opened: Judged): PairJudging {
  return { measure: () => measureOf(opened.notes), reference: () => referenceOf(opened) };
}

/** Measure by which a result's run judged pairs. */
export async function measureOf(notes: ResultNotesFile | undefined): Promise<PreferenceMeasure | undefined> {
  if (notes === undefined) return undefined;
  const { name, ...options } = (notes.recipe as Recipe).objective;
  return (await objectives.load(name)).preference(options);
}

/** The model that training compared with; undefined for one that nothing was made from: it is its own. */
async function referenceOf({ model, tuning, notes }: Judged): Promise<ReferenceModel | undefined> {
  const recipe = notes?.recipe as Recipe | undefined;
  if (recipe === undefined && tuning === undefined) return undefined;
  const objective = recipe?.objective;
  const named = objective !== undefined && 'ref_model' in objective ? objective.ref_model : null;
  return referenceModel({
    objective: { reference: { model: named } },
    tuning: tuning ?? { result: 'model' },
    model,
    base: notes?.base_folder ?? '',
    storage: recipe?.storage ?? { name: 'dense' },
  });
}
