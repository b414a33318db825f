/** The shared model that users' own models start from. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { AttuneError } from '../../base/errors.ts';
import type { EventSink } from '../../base/events.ts';
import { makeFolders } from '../../files/make-folder.ts';
import { isAdapterFolder } from '../../answering/model/base-model.ts';
import { readNotes } from '../../answering/model/result-notes.ts';
import { readConfig } from '../../models/load-model.ts';
import { fetchVersion, versionName } from '../../store/registry/index.ts';
import { runJob } from '../../jobs/worker/index.ts';
import { formOf } from '../improve/retraining-recipe.ts';
import type { Plan } from '../improve/improvement-plan.ts';
import { resolveRecipe } from '../recipe/index.ts';
import { modelHistory } from '../registry/history.ts';
import type { Recipe } from '../../training/recipe/recipe.ts';
import { baseFolder } from './user-folders.ts';

export interface SharedModel {
  model: string;
  version: number;
  /** Its run, or its files if the run is not on this machine; version 1 of every user's own model. */
  target: string;
  /** A whole model: adapters are merged in. */
  base: string;
  /** Whether it was tuned on rows of this form. */
  isTuned: boolean;
}

/** The version in use. @throws AttuneError E_NO_CHAMPION, E_TASK_UNSUPPORTED */
export async function sharedModel(
  { model, folder }: Plan,
  { onEvent, signal }: { onEvent: EventSink; signal: AbortSignal },
): Promise<SharedModel> {
  const { aliases, versions } = await modelHistory(model);
  const champion = versions.find(({ version }) => version === aliases.champion);
  if (champion === undefined)
    throw new AttuneError('E_NO_CHAMPION', {
      what: `${model} has no version in use that users' own models could start from`,
      fix: `attune models promote ${model}`,
    });
  const { version, runFolder } = champion;
  const files = await fetchVersion(champion);
  if (!isAdapterFolder(files) && !existsSync(join(files, 'config.json')))
    throw new AttuneError('E_TASK_UNSUPPORTED', {
      what: `${versionName(champion)} has no weights that an adapter could be added to`,
      got: files,
      fix: 'promote a version that was tuned, or a base model',
    });
  const target = runFolder !== undefined && existsSync(runFolder) ? runFolder : files;
  const isTuned = readNotes(files) !== undefined;
  if (!isAdapterFolder(files)) return { model, version, target, base: files, isTuned };
  const base = baseFolder(folder, version);
  if (!existsSync(join(base, 'config.json'))) {
    makeFolders(join(base, '..'));
    await runJob({
      job: 'export',
      input: { target: files, to: 'merged', folder: base, dtype: 'auto' },
      writes: base,
      onEvent,
      signal,
    });
  }
  return { model, version, target, base, isTuned };
}

/** Recipe of users' own models: an adapter in the last blocks, so that the blocks below are computed once per row. */
export async function personalRecipe(plan: Plan, recipe: Recipe, { base }: SharedModel): Promise<Recipe> {
  const { blocks, r, epochs, learning_rate, batch_size } = plan.users!;
  const layers = layersOf(base);
  const own = await resolveRecipe({
    model: base,
    data: { train: 'rows', validation: 0, test: 'rows' },
    objective: recipe.objective,
    precision: undefined,
    tuning: {
      method: 'lora',
      r,
      alpha: 2 * r,
      layers_to_transform: Array.from(
        { length: Math.min(blocks, layers) },
        (_, i) => layers - Math.min(blocks, layers) + i,
      ),
    },
    training: { epochs, learning_rate, batch_size, precision: recipe.training.precision, seed: recipe.training.seed },
    evaluation: { metrics: metricsOf(recipe), baselines: ['retrieved'], every: 'never' },
    checkpoints: { every: 'never', best: false },
  });
  return { ...own, data: { ...recipe.data, train: [], validation: 0, test: [] }, prompting: recipe.prompting };
}

/** Texts are compared by their likelihood, which shows a user's habits with few rows. */
function metricsOf(recipe: Recipe): Recipe['evaluation']['metrics'] {
  const { metrics } = recipe.evaluation;
  return metrics === 'auto' && formOf(recipe) === 'sft' ? ['bits_per_byte'] : metrics;
}

const LAYERS = ['num_hidden_layers', 'n_layer', 'n_layers', 'num_layers'];

function layersOf(folder: string): number {
  const config = readConfig(folder);
  const text = (config.text_config ?? config) as Record<string, unknown>;
  const found = LAYERS.map((key) => text[key]).find((count) => typeof count === 'number');
  if (found !== undefined) return found as number;
  throw new AttuneError('E_TASK_UNSUPPORTED', {
    what: `The number of blocks of ${folder} is unknown`,
    got: `a model of type ${String(config.model_type)}`,
    expected: LAYERS.join(', '),
  });
}
