import type { Example } from '../../../data/index.ts';
import { thresholdPlan, thresholdsOn, unsureThresholds, type ThresholdPlan } from '../../../eval/choose-thresholds.ts';
import { labelCounts } from '../../../eval/rare-classes.ts';
import type { Recipe } from '../../../methods/recipe.ts';
import { meaningOf, thresholdWish } from '../../compare/label-meaning.ts';
import { answerWithClasses } from '../../../tasks/answers/classes.ts';
import type { PreparedRun } from '../training-run.ts';

/** How a recipe wants the thresholds of these labels found. @throws AttuneError E_COSTS */
export function recipePlan(
  recipe: Pick<Recipe, 'objective' | 'data'>,
  labels: readonly string[],
  train: readonly Example[],
): ThresholdPlan | undefined {
  const { labelColumn } = meaningOf(recipe);
  const decided = { kind: train[0]?.kind, labels, counts: labelCounts(train), labelColumn };
  return thresholdPlan(thresholdWish(recipe.objective), decided);
}

/**
 * Sets from which probability on the result gives a label, as its recipe wants it: a number, or what validation rows
 * say. Rows kept for test have no part in it. The thresholds go into config.json and the result's notes.
 */
export async function chooseThresholds(run: PreparedRun): Promise<void> {
  const { parts, tokenizer, media, labels, loaded, context } = run;
  const { train, validation } = loaded.splits;
  const plan = recipePlan(context.recipe, labels, train);
  if (plan === undefined) return;
  const { emit, signal } = context;
  const setTo = (thresholds: object) => {
    parts.model.config = { ...parts.model.config, label_thresholds: thresholds };
  };
  if ('fixed' in plan) return setTo(plan.fixed);
  emit({ type: 'phase-started', phase: 'save', message: 'choosing thresholds on validation rows' });
  const answering = { model: parts.model, tokenizer, media, baseFolder: run.base };
  const predictions = await answerWithClasses(
    answering,
    validation.map((example) => ({ example })),
    { signal },
  );
  const found = thresholdsOn(plan.judged, predictions, validation);
  if (found.unsure.length > 0) emit({ type: 'warning-raised', code: 'W_THRESHOLD', message: unsureThresholds(found) });
  setTo(found.thresholds);
}
