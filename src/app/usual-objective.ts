import { kindOf, type ExampleKind } from '../data/kinds/index.ts';
import { objectives } from '../methods/objectives/index.ts';
import type { MethodOptionInputs } from '../methods/options.ts';

export interface UsualObjective {
  name: keyof MethodOptionInputs['objective'];
  /** What it does, as a remark beside it. */
  remark: string;
}

/** Of pairs, for a base that does not answer yet: under dpo it would only learn what not to say. */
export const preferenceOfBases: UsualObjective = {
  name: 'orpo',
  remark: 'the base learns the chosen answers and the preference at once; dpo is for models that answer already',
};

/**
 * What is made of rows of a kind unless their owner says otherwise, by a model of these classes where that makes something
 * of its own of them; undefined for rows that no objective takes.
 */
export function usualObjective(kind: ExampleKind, classes: readonly string[] = []): UsualObjective | undefined {
  const { objective } = kindOf({ kind });
  const own = Object.entries(objective?.ofClasses ?? {}).find(([ending]) =>
    classes.some((name) => name.endsWith(ending)),
  );
  const { name, remark } = own?.[1] ?? objective ?? {};
  return name !== undefined && remark !== undefined && objectives.has(name) ? { name, remark } : undefined;
}
