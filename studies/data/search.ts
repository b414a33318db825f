import { join } from 'node:path';
import { looseKey, readCatalogue, type CataloguePackage } from '../../src/app/quickstart/tasks/debian-descriptions.ts';
import { fetchDebianIndex } from '../../src/app/quickstart/tasks/sources/debian-index.ts';
import { splitRows, type RelatedRow } from '../../src/app/quickstart/tasks/split.ts';
import { findTaskData, writeTaskData } from '../../src/app/quickstart/tasks/task-files.ts';
import type { TaskData } from '../../src/app/quickstart/tasks/task.ts';
import type { Setting } from '../example.ts';

const VERSION = 3;
const SIZES = { test: 3000, validation: 400, train: 6000 };
const SHORTEST = 80;
const SHORTEST_SYNOPSIS = 12;

/** Debian's packages as pairs: a query, and the description that answers it; one of each source package. */
export async function fetchSearch(setting: Setting): Promise<TaskData> {
  const folder = join(setting.folder, 'search');
  const found = await findTaskData(folder, 'search', VERSION);
  if (found !== undefined) return found;
  const index = await fetchDebianIndex(join(setting.folder, 'apt'), ['en'], setting);
  const splits = await splitRows(searchRows((await readCatalogue(index)).values()), SIZES);
  return writeTaskData(folder, splits, { task: 'search', version: VERSION, origin: 'apt: Translation-en' });
}

/** Synopsis and description; of packages with the same description only one is kept. */
export function searchRows(packages: Iterable<CataloguePackage>): RelatedRow[] {
  const seen = new Set<string>();
  const rows: RelatedRow[] = [];
  for (const { source, synopsis, description } of packages) {
    const keys = [
      `source ${source}`,
      `synopsis ${looseKey(synopsis)}`,
      `description ${looseKey(description)}`,
    ] as const;
    if (synopsis.length < SHORTEST_SYNOPSIS || description.length < SHORTEST || keys.some((key) => seen.has(key)))
      continue;
    for (const key of keys) seen.add(key);
    rows.push({ prompt: synopsis, completion: description, keys, mayTest: true });
  }
  return rows;
}
