import { existsSync } from 'node:fs';
import { AttuneError } from '../base/errors.ts';
import { fetchModelConfig, isRepositoryName, parseRepository } from '../store/hub/index.ts';
import type { RawConfig } from '../models/raw-config.ts';
import { readConfig } from '../models/load-model.ts';
import { textPart } from '../models/text-part.ts';
import { quantisationOf } from '../models/quantised/quantisation-config.ts';
import type { Recipe } from '../training/recipe/recipe.ts';
import { runJob } from '../jobs/worker/index.ts';
import { modelFolder } from '../answering/model/base-model.ts';
import type { useCase, ModelEstimate } from './use-cases/models-estimate.ts';
import type { CallOptions } from './use-cases/use-case.ts';
import { resolveRecipe, settingPaths } from './recipe/index.ts';

export type EstimateOptions = CallOptions<typeof useCase>;

/**
 * Estimates memory, time and cost of tuning a model, here and on common GPUs, from its config.json alone; nothing
 * else is downloaded from the hub. `train --dry-run` measures instead.
 * @throws AttuneError E_HUB_…, E_MODEL_MISSING, E_UNKNOWN_MODEL_TYPE, E_RECIPE
 */
export async function estimate(model: string, options: EstimateOptions = {}): Promise<ModelEstimate> {
  const { tokens = 1e6, maxLength: rowTokens, onEvent, signal } = options;
  const choices = await choicesOf(model, options);
  const config = await configOf(model, signal);
  const quantisation = quantisationOf(config)?.method;
  const estimated = await runJob({ job: 'estimate', input: { config, tokens, rowTokens, choices }, onEvent, signal });
  return { ...estimated, tokens, ...(quantisation !== undefined && { quantisation }) };
}

/** Configurations compared if neither a tuning nor a storage is named. */
const SIDE_BY_SIDE = [{ tuning: 'lora' }, { tuning: 'lora', storage: 'nf4' }, { tuning: 'full' }] as const;

async function choicesOf(model: string, { recipe = {}, flags = {} }: EstimateOptions) {
  const paths = await settingPaths(recipe, flags);
  refuseUnread(paths);
  const isChosen = paths.some((path) => /^(tuning|storage)\./.test(path));
  const all = isChosen ? [{}] : SIDE_BY_SIDE;
  // Rows are not read; a recipe only needs to name some.
  const recipes = await Promise.all(
    all.map((choice) => resolveRecipe({ model, data: { train: 'rows' }, ...recipe, ...choice }, { flags })),
  );
  return recipes.map(({ tuning, storage, training: { optimizer } }) => ({
    name: nameOf({ tuning, storage, optimizer }),
    tuning,
    storage,
    optimizer,
  }));
}

/** Rejects settings that do not affect the estimate, which would otherwise be ignored silently. */
function refuseUnread(paths: readonly string[]): void {
  const unread = paths.filter((path) => !/^(tuning|storage|training\.optimizer)\./.test(path));
  if (unread.length === 0) return;
  throw new AttuneError('E_USAGE', {
    what: `An estimate does not depend on ${unread.join(', ')}`,
    expected: 'settings of tuning, storage and training.optimizer',
    fix: 'remove it; attune train --dry-run measures a whole recipe',
  });
}

/** Name of a configuration: `lora on nf4, adamw_8bit`. */
function nameOf({
  tuning,
  storage,
  optimizer,
}: Pick<Recipe, 'tuning' | 'storage'> & Pick<Recipe['training'], 'optimizer'>): string {
  const kept = storage.name === 'dense' ? '' : ` on ${storage.name}`;
  return `${tuning.method}${kept}${optimizer.name === 'adamw' ? '' : `, ${optimizer.name}`}`;
}

async function configOf(model: string, signal = new AbortController().signal): Promise<RawConfig> {
  if (!existsSync(model) && isRepositoryName(model.split('@')[0])) {
    return textPart((await fetchModelConfig(parseRepository(model, 'model'), { signal })) as RawConfig);
  }
  return readConfig(modelFolder(model));
}
