import { kindOf, type ExampleKind } from '../data/kinds/index.ts';
import { objectives } from '../training/objectives/index.ts';
import type { MethodOptionInputs } from '../training/recipe/options.ts';

export interface UsualObjective {
  name: keyof MethodOptionInputs['objective'];
  /** Description of the objective, for a comment. */
  remark: string;
}

/** For preference pairs with an untuned base: dpo alone would only teach it what to avoid. */
export const preferenceOfBases: UsualObjective = {
  name: 'orpo',
  remark: 'trains the base on the chosen answers and the preference at once; dpo is for models that can already answer',
};

/**
 * Default objective for rows of a kind; models with certain classes have their own. Undefined if no objective
 * supports the rows.
 */
export function usualObjective(kind: ExampleKind, classes: readonly string[] = []): UsualObjective | undefined {
  const { objective } = kindOf({ kind });
  const own = Object.entries(objective?.ofClasses ?? {}).find(([ending]) =>
    classes.some((name) => name.endsWith(ending)),
  );
  const { name, remark } = own?.[1] ?? objective ?? {};
  return name !== undefined && remark !== undefined && objectives.has(name) ? { name, remark } : undefined;
}
