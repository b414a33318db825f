import { kindOf, type ExampleKind } from '../data/kinds/index.ts';
import { objectives } from '../training/objectives/index.ts';
import type { MethodOptionInputs } from '../training/recipe/options.ts';

export interface UsualObjective {
  name: keyof MethodOptionInputs['objective'];
  /** Description, for a remark. */
  remark: string;
}

/** For pairs with a base that does not answer yet: dpo would only teach it what not to say. */
export const preferenceOfBases: UsualObjective = {
  name: 'orpo',
  remark: 'trains the base on the chosen answers and the preference at once; dpo is for models that can already answer',
};

/**
 * Default objective for rows of a kind, or the one specific to a model of these classes; undefined for rows without
 * an objective.
 */
export function usualObjective(kind: ExampleKind, classes: readonly string[] = []): UsualObjective | undefined {
  const { objective } = kindOf({ kind });
  const own = Object.entries(objective?.ofClasses ?? {}).find(([ending]) =>
    classes.some((name) => name.endsWith(ending)),
  );
  const { name, remark } = own?.[1] ?? objective ?? {};
  return name !== undefined && remark !== undefined && objectives.has(name) ? { name, remark } : undefined;
}
