import { join } from 'node:path';
import { randomUnit } from '../../src/base/random.ts';
import { readCatalogue, type CataloguePackage } from '../../src/app/quickstart/tasks/debian-descriptions.ts';
import { fetchDebianIndex } from '../../src/app/quickstart/tasks/sources/debian-index.ts';
import { splitRows, type RelatedRow } from '../../src/app/quickstart/tasks/split.ts';
import { findTaskData, writeTaskData } from '../../src/app/quickstart/tasks/task-files.ts';
import type { TaskData } from '../../src/app/quickstart/tasks/task.ts';
import type { Setting } from '../example.ts';
import { keepsRules } from './synopsis-rules.ts';

const VERSION = 1;
const SIZES = { test: 400, validation: 200 };
const LENGTHS = { shortest: 60, longest: 240 };

/** Descriptions of Debian packages, each with a synopsis that follows the rules; one package of each source package. */
export async function fetchSynopses(setting: Setting): Promise<TaskData> {
  const folder = join(setting.folder, 'synopses');
  const found = await findTaskData(folder, 'synopses', VERSION);
  if (found !== undefined) return found;
  const index = await fetchDebianIndex(join(setting.folder, 'apt'), ['en'], setting);
  const splits = await splitRows(synopsisRows((await readCatalogue(index)).values()), SIZES);
  return writeTaskData(folder, splits, { task: 'synopses', version: VERSION, origin: 'apt: Packages, Translation-en' });
}

function synopsisRows(packages: Iterable<CataloguePackage>): RelatedRow[] {
  const sources = new Set<string>();
  const rows: RelatedRow[] = [];
  for (const { source, synopsis, description } of packages) {
    const [paragraph] = description.split('\n\n');
    const fits = paragraph.length >= LENGTHS.shortest && paragraph.length <= LENGTHS.longest;
    if (!fits || sources.has(source) || !keepsRules(synopsis)) continue;
    sources.add(source);
    rows.push({
      prompt: `${paragraph}\nIn short:`,
      completion: ` ${synopsis}`,
      keys: [`source ${source}`],
      mayTest: true,
    });
  }
  return rows;
}

/** The synopsis as written by somebody who does not know the rules. */
export function withoutRules(synopsis: string, row: number): string {
  const text = synopsis.trim();
  const capital = text[0].toUpperCase() + text.slice(1);
  const article = /^[aeiou]/i.test(text) ? 'An' : 'A';
  const kind = Math.floor(3 * randomUnit([1, 'broken-synopsis', row]));
  return [` ${capital}.`, ` ${article} ${text}`, ` ${article} ${text}.`][kind];
}
