import type { Costs, ThresholdWish } from '../../eval/choose-thresholds.ts';
import type { Recipe } from '../../train/recipe.ts';

/** What a recipe says of its classes besides their names. */
export interface LabelMeaning {
  /** The column that they are read from. */
  labelColumn?: string;
  /** What wrong answers cost, by label. */
  costs?: Costs;
}

export function meaningOf({ data, objective }: Pick<Recipe, 'data' | 'objective'>): LabelMeaning {
  const { label, labels } = { ...data.train[0]?.columns, ...data.columns };
  const column = label ?? labels;
  return {
    labelColumn: typeof column === 'string' ? column : undefined,
    costs: (objective as ThresholdWish).costs ?? undefined,
  };
}
