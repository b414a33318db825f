import { asText } from '../../base/as-text.ts';
import type { z } from 'zod';
import { entryOf, table } from '../../base/table.ts';
import { nearest } from '../../base/nearest.ts';
import { type Axis, methodOptions } from '../../training/recipe/options.ts';
import type { MethodOptions, RecipeDefaults, StorageMethod, TuningMethod, UpdateMethod } from '../../methods/method.ts';
import type { FaultReporter } from './faults.ts';
import { readFlagText } from './flag-text.ts';
import { axisPlaces, type RecipeKeys } from './keys.ts';
import { type Setting, type Settings } from './recipe-settings.ts';

/** One axis of the run: the chosen implementation and its checked options. */
export interface ChosenMethod {
  name: string;
  /** Options, with the implementation's name under its key, as in the resolved recipe. */
  values: Record<string, unknown>;
  recipeDefaults: RecipeDefaults;
  declares: Pick<TuningMethod, 'keepsWeights'> &
    Pick<StorageMethod, 'wantsKeptWeights'> &
    Pick<UpdateMethod, 'isPrivate'>;
}

/** Checks an axis against the chosen implementation's declaration; undefined if there are problems. */
export async function chooseMethod(
  axis: Axis,
  settings: Settings,
  keys: RecipeKeys,
  faults: FaultReporter,
): Promise<ChosenMethod | undefined> {
  const { path, nameKey } = axisPlaces[axis];
  const name = chosenName(axis, settings, keys);
  if (name === undefined) return undefined;
  const method: MethodOptions & ChosenMethod['declares'] = await methodOptions[axis].load(name);
  const given = optionsIn(settings, path, nameKey);
  const values: Record<string, unknown> = table({});
  for (const [option, setting] of given) {
    if (!Object.hasOwn(method.options.shape, option)) {
      reportStray(settings, setting, keys, { path: `${path}.${option}`, axis, name });
      continue;
    }
    values[option] = readFlagText(setting, method.options.shape[option] as z.ZodType);
  }
  const parsed = method.options.safeParse(values);
  if (!parsed.success) {
    faults.report(parsed.error.issues, { root: values, schema: method.options }, `${path}.`);
    return undefined;
  }
  const { keepsWeights, wantsKeptWeights, isPrivate } = method;
  const declares = { keepsWeights, wantsKeptWeights, isPrivate };
  const recipeDefaults = method.recipeDefaults(values);
  return { name, values: { [nameKey]: name, ...method.settle(values) }, recipeDefaults, declares };
}

function chosenName(axis: Axis, settings: Settings, keys: RecipeKeys): string | undefined {
  const { path, nameKey } = axisPlaces[axis];
  const namePath = `${path}.${nameKey}`;
  const setting = settings.get(namePath);
  if (setting === undefined) return keys.at(namePath)!.defaultValue as string;
  const name = setting.text ?? setting.value;
  const { names, otherNames, has } = methodOptions[axis];
  if (typeof name === 'string' && has(name)) return name;
  const other = entryOf(otherNames, asText(name));
  const close = nearest(asText(name), names);
  const likely = close === undefined ? `choose one of ${names.join(', ')}` : `did you mean ${close}?`;
  const fix = other === undefined ? likely : `the name here is ${other}`;
  settings.problem(setting.written, `${JSON.stringify(name)} is not a known ${axis}`, fix);
  return undefined;
}

function optionsIn(settings: Settings, path: string, nameKey: string): [string, Setting][] {
  const prefix = `${path}.`;
  return [...settings.entries()]
    .filter(([key]) => key.startsWith(prefix))
    .map(([key, setting]): [string, Setting] => [key.slice(prefix.length), setting])
    .filter(([key]) => key !== nameKey);
}

/** Reports an option that belongs to another implementation of this axis. */
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
    `is not an option of ${place.axis} ${place.name}`,
    `remove it, or choose ${place.axis} ${owner}`,
  );
}
