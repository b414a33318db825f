import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { AttuneError } from '../../base/errors.ts';
import { parseJson } from '../../files/json.ts';
import { downloadFile } from './download.ts';
import { fetchWith, listRepository } from './listing.ts';
import type { Repository } from './repository.ts';
import { hubSettings } from './hub-settings.ts';
import { blobPath, repositoryFolder, snapshotFolder } from './snapshot.ts';

const MOST_BYTES = 4 * 2 ** 20;

/** A model's config.json: from the cache if the model was fetched, otherwise this one file is fetched. @throws E_HUB_… */
export async function fetchModelConfig(
  repository: Repository,
  { signal, settings = hubSettings() }: { signal: AbortSignal; settings?: ReturnType<typeof hubSettings> },
): Promise<Record<string, unknown>> {
  const known = snapshotFolder(repository, settings);
  const kept = known === undefined ? undefined : join(known, 'config.json');
  if (kept !== undefined && existsSync(kept)) return parse(readFileSync(kept, 'utf8'), repository);
  // The snapshot may have been created by a tool that fetched a single file.
  const { commit, files } = await listRepository(repository, settings);
  const file = files.find(({ path }) => path === 'config.json');
  if (file === undefined || file.size > MOST_BYTES) {
    throw new AttuneError('E_HUB_MISSING', {
      what: `${repository.name} has no readable config.json`,
      fix: "choose the repository of a model; an adapter's page names its base model",
    });
  }
  const place = blobPath(repositoryFolder(repository, settings), file.hash);
  const url = `${settings.endpoint}/${repository.name}/resolve/${commit}/config.json`;
  if (!existsSync(place)) await downloadFile({ url, place, file, fetch: fetchWith(settings), signal });
  return parse(readFileSync(place, 'utf8'), repository);
}

function parse(text: string, { name }: Repository): Record<string, unknown> {
  try {
    return parseJson(text) as Record<string, unknown>;
  } catch (error) {
    throw new AttuneError('E_HUB_ANSWER', {
      what: `The config.json of ${name} is not valid JSON`,
      got: (error as Error).message,
      cause: error,
    });
  }
}
