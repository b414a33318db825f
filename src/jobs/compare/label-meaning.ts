import type { Example } from '../../data/index.ts';
import { thresholdPlan, type ThresholdPlan, type ThresholdWish } from '../../evaluation/threshold-plan.ts';
import { labelCounts } from '../../evaluation/rare-classes.ts';
import type { Recipe } from '../../training/recipe/recipe.ts';
import type { Costs } from '../../evaluation/spoken-costs.ts';

/** A recipe's information about its classes other than their names. */
export interface LabelMeaning {
  /** Column that they are read from. */
  labelColumn?: string;
  /** Cost of wrong answers, by label. */
  costs?: Costs;
}

/** Threshold settings of a classification objective; empty for others. */
export function thresholdWish(objective: Recipe['objective']): ThresholdWish {
  return 'threshold' in objective ? objective : {};
}

export function meaningOf({ data, objective }: Pick<Recipe, 'data' | 'objective'>): LabelMeaning {
  const { label, labels } = { ...data.train[0]?.columns, ...data.columns };
  const column = label ?? labels;
  return {
    labelColumn: typeof column === 'string' ? column : undefined,
    costs: thresholdWish(objective).costs ?? undefined,
  };
}

/** The recipe's plan for the thresholds of these labels. @throws AttuneError E_COSTS */
export function recipePlan(
  recipe: Pick<Recipe, 'objective' | 'data'>,
  labels: readonly string[],
  train: readonly Example[],
): ThresholdPlan | undefined {
  const { labelColumn } = meaningOf(recipe);
  const decided = { kind: train[0]?.kind, labels, counts: labelCounts(train), labelColumn };
  return thresholdPlan(thresholdWish(recipe.objective), decided);
}
