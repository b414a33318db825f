import { unknownName } from '../../base/registry.ts';
import type { CheapModel } from '../../evaluation/cheap-model.ts';
import type { Recipe } from '../../training/recipe/recipe.ts';
import type { SystemSpec } from './systems/system-spec.ts';

const CHOICES = ['prompted', 'few_shot', 'cheap'] as const;

/** Validates the name of a baseline. @throws AttuneError E_UNKNOWN_BASELINE */
export function usualBaseline(name: string): (typeof CHOICES)[number] {
  const found = CHOICES.find((choice) => choice === name.trim());
  if (found === undefined) throw unknownName('baseline', 'E_UNKNOWN_BASELINE', name, CHOICES);
  return found;
}

/** Systems that a cheap system's recipe is compared with: the other cheap ones. */
export function usualCheapSystems(
  folder: string,
  { baseline, title }: Pick<CheapModel, 'baseline' | 'title'>,
): SystemSpec[] {
  return [
    { source: 'kept', name: 'tuned', title, kind: 'tuned', folder },
    { source: 'cheap', without: baseline },
  ];
}

/** Systems of a recipe's comparison: the tuned model first, its base, and any others that the recipe names. */
export function usualSystems({ baselines, instruction }: Recipe['evaluation'], result: string): SystemSpec[] {
  const wanted: readonly string[] = typeof baselines === 'string' ? ['cheap'] : baselines;
  const model = { source: 'model', target: result } as const;
  const base = { ...model, isBase: true, isOptional: true } as const;
  const told = instruction ?? undefined;
  const specs: SystemSpec[] = [
    { ...model, name: 'tuned', title: 'tuned', kind: 'tuned', asking: { how: 'plain' } },
    { ...base, name: 'base', title: 'base', kind: 'base', asking: { how: 'plain' } },
  ];
  if (wanted.includes('prompted')) {
    const asking = { how: 'prompted', instruction: told } as const;
    specs.push({ ...base, name: 'prompted', title: 'base with instructions', kind: 'prompted', asking });
  }
  if (wanted.includes('few_shot')) {
    const asking = { how: 'few_shot', instruction: told } as const;
    specs.push({ ...base, name: 'few_shot', title: 'base with examples', kind: 'few_shot', asking });
  }
  if (wanted.includes('cheap')) specs.push({ source: 'cheap' });
  return specs;
}
