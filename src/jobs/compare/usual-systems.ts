import { unknownName } from '../../base/registry.ts';
import { askingWayNames, askingWays, isAskingWay } from '../../store/asking-ways.ts';
import type { CheapModel } from '../../evaluation/cheap-model.ts';
import type { KeptPrompting } from '../../answering/prompting/kept-prompting.ts';
import type { Recipe } from '../../training/recipe/recipe.ts';
import type { ModelSpec, SystemSpec } from './systems/system-spec.ts';

const CHOICES = [...askingWayNames, 'cheap'] as const;

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

type Judged = Pick<Recipe, 'evaluation' | 'prompting'>;

/**
 * Systems of a recipe's comparison: the tuned model first, its base, and any others that the recipe names. Retrieval is
 * also added to the tuned model, since the two may do better together.
 */
export function usualSystems({ evaluation, prompting: settings }: Judged, result: string): SystemSpec[] {
  const { instruction } = evaluation;
  const model = { source: 'model', target: result } as const;
  const base = { ...model, isBase: true, isOptional: true } as const;
  const wanted = wantedOf(evaluation);
  const specs: SystemSpec[] = [
    { ...model, name: 'tuned', title: 'tuned', kind: 'tuned', asking: { how: 'plain' } },
    { ...base, name: 'base', title: 'base', kind: 'base', asking: { how: 'plain' } },
  ];
  for (const how of wanted.filter(isAskingWay)) {
    const asking = { how, instruction: instruction ?? undefined, settings };
    specs.push({ ...base, name: how, title: `base ${askingWays[how].told}`, kind: how, asking });
    if (how !== 'retrieved') continue;
    const both = { ...model, isOptional: true, name: 'tuned_retrieved', kind: 'tuned' } as const;
    specs.push({ ...both, title: `tuned ${askingWays[how].told}`, asking });
  }
  if (wanted.includes('cheap')) specs.push({ source: 'cheap' });
  return specs;
}

/** Systems that a saved prompting is compared with: its model unprompted, and others that the recipe names. */
export function usualPromptedSystems(
  recipe: Judged,
  result: string,
  { way, title, isTuned }: KeptPrompting,
): SystemSpec[] {
  const [, base, ...others] = usualSystems(recipe, result);
  const kind = isTuned ? 'tuned' : way;
  const judged: ModelSpec = { source: 'model', target: result, name: 'tuned', title, kind, asking: { how: 'plain' } };
  const model: SystemSpec = isTuned ? { ...(base as ModelSpec), title: 'tuned, without it', kind: 'tuned' } : base;
  const isOwn = (spec: SystemSpec): boolean => spec.source === 'model' && (spec.kind === way || spec.kind === 'tuned');
  return [judged, model, ...others.filter((spec) => !isOwn(spec))];
}

function wantedOf({ baselines }: Recipe['evaluation']): readonly string[] {
  return typeof baselines === 'string' ? ['cheap'] : baselines;
}
