import { table } from '../../base/table.ts';
import { nearest } from '../../base/nearest.ts';
import { type Axis, type MethodOptions, methodOptions } from '../../methods/options.ts';
import type { FaultReporter } from './faults.ts';
import { readFlagText } from './flag-text.ts';
import { axisPlaces, type RecipeKeys } from './keys.ts';
import { type Setting, type Settings } from './settings.ts';

/** One axis of the run: which implementation, and its checked options. */
export interface ChosenMethod {
  name: string;
  /** With the name under its key, as the resolved recipe holds it. */
  values: Record<string, unknown>;
  recipeDefaults: NonNullable<MethodOptions['recipeDefaults']>;
  declares: Pick<MethodOptions, 'keepsWeights' | 'wantsKeptWeights'>;
}

/** Checks an axis against what the chosen implementation declares; undefined after a problem. */
export async function chooseMethod(
  axis: Axis,
  settings: Settings,
  keys: RecipeKeys,
  faults: FaultReporter,
): Promise<ChosenMethod | undefined> {
  const { path, nameKey } = axisPlaces[axis];
  const name = chosenName(axis, settings, keys);
  if (name === undefined) return undefined;
  const module = await (methodOptions[axis] as { load(name: string): Promise<MethodOptions> }).load(name);
  const given = optionsIn(settings, path, nameKey);
  const values: Record<string, unknown> = table({});
  for (const [option, setting] of given) {
    if (!Object.hasOwn(module.options.shape, option)) {
      reportStray(settings, setting, keys, { path: `${path}.${option}`, axis, name });
      continue;
    }
    values[option] = readFlagText(setting, module.options.shape[option] as never);
  }
  const parsed = module.options.safeParse(values);
  if (!parsed.success) {
    faults.report(parsed.error.issues, { root: values, schema: module.options }, `${path}.`);
    return undefined;
  }
  const complete = module.complete?.(parsed.data as never) ?? parsed.data;
  const { recipeDefaults = {}, keepsWeights, wantsKeptWeights } = module;
  const declares = { keepsWeights, wantsKeptWeights };
  return { name, values: { [nameKey]: name, ...complete }, recipeDefaults, declares };
}

function chosenName(axis: Axis, settings: Settings, keys: RecipeKeys): string | undefined {
  const { path, nameKey } = axisPlaces[axis];
  const namePath = `${path}.${nameKey}`;
  const setting = settings.get(namePath);
  if (setting === undefined) return keys.at(namePath)!.defaultValue as string;
  const name = setting.text ?? setting.value;
  const { names } = methodOptions[axis];
  if (typeof name === 'string' && methodOptions[axis].has(name)) return name;
  const close = nearest(String(name), names);
  const fix = close === undefined ? `choose one of ${names.join(', ')}` : `did you mean ${close}?`;
  settings.problem(setting.written, `${JSON.stringify(name)} is no known ${axis}`, fix);
  return undefined;
}

function optionsIn(settings: Settings, path: string, nameKey: string): [string, Setting][] {
  const prefix = `${path}.`;
  return [...settings.entries()]
    .filter(([key]) => key.startsWith(prefix))
    .map(([key, setting]): [string, Setting] => [key.slice(prefix.length), setting])
    .filter(([key]) => key !== nameKey);
}

/** The option exists, but for another implementation of this axis. */
function reportStray(
  settings: Settings,
  setting: Setting,
  keys: RecipeKeys,
  place: { path: string; axis: Axis; name: string },
): void {
  const owners = keys.at(place.path)?.methods ?? [];
  const owner = owners.join(' or ');
  settings.problem(
    setting.written,
    `is no option of ${place.axis} ${place.name}`,
    `remove it, or choose ${place.axis} ${owner}`,
  );
}
