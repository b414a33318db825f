import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { EventSink } from '../base/events.ts';
import {
  hubSettings,
  isRepositoryName,
  parseRepository,
  pullRepository,
  snapshotFolder,
  type Pulled,
  type Repository,
} from '../store/hub/index.ts';
import { withIndex } from '../store/index-database.ts';
import { recordBase } from '../store/model-records.ts';
import type { Recipe } from '../training/recipe/recipe.ts';
import type { useCase } from './use-cases/models-pull.ts';
import type { PulledObjects } from './use-cases/data-pull.ts';
import type { CallOptions } from './use-cases/use-case.ts';

export interface PullRequest {
  /** Receives phases, progress and warnings. */
  emit: EventSink;
  /** Aborts the download. */
  signal: AbortSignal;
}

/**
 * Downloads a model (`owner/name`, `owner/name@revision`) from the hub to the cache of Hugging Face's own tools.
 * @throws AttuneError E_HUB_…, E_PICKLE_WEIGHTS, E_DISK_FULL
 */
export async function pullModel(
  name: string,
  { onEvent: emit = () => undefined, signal = new AbortController().signal }: CallOptions<typeof useCase> = {},
): Promise<Pulled> {
  const pulled = await pullRepository(parseRepository(name, 'model'), { emit, signal });
  await withIndex((index) => recordBase(index, name, pulled.folder));
  return pulled;
}

/** Downloads the rows of a data set from the hub. @throws AttuneError as `pullModel`, E_HUB_NO_ROWS */
export async function pullDataset(name: string, request: PullRequest): Promise<Pulled> {
  return pullRepository(parseRepository(name, 'dataset'), request);
}

/** Fetches files from a bucket into a folder. @throws AttuneError E_OBJECTS…, E_FILE_MISSING */
export async function pullObjects(name: string, output: string, { emit }: PullRequest): Promise<PulledObjects> {
  const { fetchObjects } = await import('../preparation/index.ts');
  const folder = resolve(output);
  const onFile = (file: string): void => emit({ type: 'phase-started', phase: 'data', message: file });
  return { folder, ...(await fetchObjects(name, folder, onFile)) };
}

/** Downloads everything from the hub that a recipe refers to and that is missing; running a recipe permits this. */
export async function pullForRecipe({ model, data }: Recipe, request: PullRequest): Promise<void> {
  const sets = [data.train, data.validation, data.test].filter((set) => typeof set !== 'number').flat();
  const named = (text: string, kind: Repository['kind']): Repository[] =>
    existsSync(text) || !isRepositoryName(text.split('@')[0]) ? [] : [parseRepository(text, kind)];
  const wanted = [...named(model, 'model'), ...sets.flatMap(({ path }) => named(path, 'dataset'))];
  const settings = hubSettings();
  for (const repository of wanted) {
    if (snapshotFolder(repository, settings) === undefined) await pullRepository(repository, { ...request, settings });
  }
}
