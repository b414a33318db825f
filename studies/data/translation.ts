import { existsSync } from 'node:fs';
import { join } from 'node:path';
import {
  looseKey,
  readCatalogue,
  splitDescription,
  type CataloguePackage,
} from '../../src/app/quickstart/tasks/debian-descriptions.ts';
import { fetchDebianIndex } from '../../src/app/quickstart/tasks/sources/debian-index.ts';
import { splitRows, type RelatedRow } from '../../src/app/quickstart/tasks/split.ts';
import { findTaskData, writeTaskData } from '../../src/app/quickstart/tasks/task-files.ts';
import type { TaskData, TaskRow } from '../../src/app/quickstart/tasks/task.ts';
import { shuffled } from '../../src/base/random.ts';
import type { Setting } from '../example.ts';
import { writeRows } from '../rows.ts';

const VERSION = 2;
const SEED = 20_261_125;
/** Italian has the most translated paragraphs of all languages. */
const LANGUAGE = 'it';
/** The section that is the domain: no general pair comes from it. */
const DOMAIN = 'games';
const SIZES = { test: 400, validation: 60 };
/** Characters; a small model can be trained on these in half an hour. General pairs are limited to shorter texts. */
const LENGTHS = { shortest: 8, longest: 120, longestForeign: 160, longestGeneral: 64 };

export interface TranslationData extends TaskData {
  /**
   * Pairs of every other section, for pre-training: from no source package of the domain, and unlike all held-out rows.
   */
  general: string;
}

/** Lines and paragraphs of Debian's package descriptions with volunteers' Italian translations. */
export async function fetchTranslation({
  folder: root,
  log,
}: Pick<Setting, 'folder' | 'log'>): Promise<TranslationData> {
  const folder = join(root, 'translation');
  const general = join(folder, 'general.jsonl');
  const found = existsSync(general) ? await findTaskData(folder, 'translation', VERSION) : undefined;
  if (found !== undefined) return { ...found, general };
  const index = await fetchDebianIndex(join(root, 'apt'), ['en', LANGUAGE], { log });
  const translations = new Map<string, Translated>();
  for await (const stanza of index.descriptions(LANGUAGE)) {
    const digest = stanza.get('Description-md5');
    const text = stanza.get(`Description-${LANGUAGE}`);
    if (digest !== undefined && text !== undefined) translations.set(digest, splitDescription(text));
  }
  const { rows, sources } = translationRows((await readCatalogue(index)).values(), translations);
  const { train, validation, test } = await splitRows(rows, SIZES);
  const isOwn = ({ group }: TaskRow) => sources.has(group);
  const isShort = ({ prompt }: TaskRow) => prompt.length <= LENGTHS.longestGeneral;
  const elsewhere = train.filter((row) => !isOwn(row) && isShort(row));
  writeRows(
    general,
    elsewhere.map((row) => ({ ...asked(row) })),
  );
  const splits = { train: train.filter(isOwn).map(asked), validation: validation.map(asked), test: test.map(asked) };
  const about = { task: 'translation', version: VERSION, origin: `apt: Translation-en, Translation-${LANGUAGE}` };
  return { ...writeTaskData(folder, splits, about), general };
}

/** As a prompt for a language model. */
function asked({ prompt, completion, group }: TaskRow): TaskRow {
  return { prompt: `English: ${prompt}\nItalian:`, completion: ` ${completion}`, group };
}

type Translated = Pick<CataloguePackage, 'synopsis' | 'description'>;

/**
 * Each line and paragraph with its translation, if both texts have the same number of them, and the groups of the
 * domain. @param translations by the checksum of the English text, which shows that they belong to this version of it
 */
export function translationRows(
  packages: Iterable<CataloguePackage>,
  translations: ReadonlyMap<string, Translated>,
): { rows: RelatedRow[]; sources: Set<string> } {
  const rows: RelatedRow[] = [];
  const sources = new Set<string>();
  const seen = new Set<string>();
  for (const item of packages) {
    const group = `source ${item.source}`;
    if (item.section === DOMAIN) sources.add(group);
    const translated = translations.get(item.digest);
    if (translated === undefined) continue;
    const [english, foreign] = [item, translated].map(partsOf);
    if (english.length !== foreign.length) continue;
    for (const [i, prompt] of english.entries()) {
      const key = looseKey(prompt);
      // The first translation of a text is used everywhere: one question must not have two answers.
      if (!isUseful(prompt, foreign[i]) || seen.has(key)) continue;
      seen.add(key);
      const keys = [group, `english ${key}`, `foreign ${looseKey(foreign[i])}`] as const;
      rows.push({ prompt, completion: foreign[i], keys, mayTest: item.section === DOMAIN });
    }
  }
  // From a held-out cluster only the first row is kept; otherwise most rows would be synopses.
  return { rows: shuffled(rows, [SEED, 'translation-rows']), sources };
}

function partsOf({ synopsis, description }: Translated): string[] {
  return [synopsis, ...description.split('\n\n')];
}

/** Whether a pair has a suitable length and is actually translated. */
function isUseful(english: string, foreign: string): boolean {
  const { shortest, longest, longestForeign } = LENGTHS;
  const fits = (text: string, most: number) => text.length >= shortest && text.length <= most;
  const key = looseKey(english);
  return fits(english, longest) && fits(foreign, longestForeign) && key !== '' && key !== looseKey(foreign);
}
