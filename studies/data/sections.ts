import { join } from 'node:path';
import { looseKey, readCatalogue, type CataloguePackage } from '../../src/app/quickstart/tasks/debian-descriptions.ts';
import { fetchDebianIndex } from '../../src/app/quickstart/tasks/sources/debian-index.ts';
import { splitRows, type RelatedRow } from '../../src/app/quickstart/tasks/split.ts';
import { findTaskData, writeTaskData } from '../../src/app/quickstart/tasks/task-files.ts';
import type { TaskData } from '../../src/app/quickstart/tasks/task.ts';
import type { Setting } from '../example.ts';

const VERSION = 3;
const SIZES = { test: 3000, validation: 400 };
/** Sections that say what a package is about, not for which programming language it is. */
export const TOPICS = 'admin database editors games graphics mail math net science sound video web'.split(' ');
const SHORTEST = 80;

/** Debian's packages with their section: at most one of each source package; near-duplicates are in one split. */
export async function fetchSections(setting: Setting): Promise<TaskData> {
  const folder = join(setting.folder, 'sections');
  const found = await findTaskData(folder, 'sections', VERSION);
  if (found !== undefined) return found;
  const index = await fetchDebianIndex(join(setting.folder, 'apt'), ['en'], setting);
  const splits = await splitRows(sectionRows((await readCatalogue(index)).values()), SIZES);
  return writeTaskData(folder, splits, { task: 'sections', version: VERSION, origin: 'apt: Packages, Translation-en' });
}

/** Synopsis and description as one text, and the section to predict. */
export function sectionRows(packages: Iterable<CataloguePackage>): RelatedRow[] {
  const sources = new Set<string>();
  const rows: RelatedRow[] = [];
  for (const { source, section, synopsis, description } of packages) {
    if (!TOPICS.includes(section) || sources.has(source) || description.length < SHORTEST) continue;
    sources.add(source);
    const prompt = `${synopsis}\n${description}`;
    const keys = [`source ${source}`, `synopsis ${looseKey(synopsis)}`] as const;
    rows.push({ prompt, completion: section, keys, mayTest: true });
  }
  return rows;
}
