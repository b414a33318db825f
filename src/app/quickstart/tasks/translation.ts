import { join } from 'node:path';
import { looseKey, readCatalogue } from './debian-descriptions.ts';
import { isReservedSource } from './reserved-packages.ts';
import { fetchDebianIndex, noDebianIndex, type DebianIndex } from './sources/debian-index.ts';
import { splitRows, type RelatedRow } from './split.ts';
import { findTaskData, writeTaskData } from './task-files.ts';
import type { Task } from './task.ts';

/** Incremented when the same index would yield other rows. */
const VERSION = 1;
const LENGTHS = { shortest: 8, longest: 120 };
const SIZES = { test: 400, validation: 300 };

export interface TranslationLanguage {
  /** Code in Debian's index: `it`. */
  code: string;
  /** Name in the prompt: `Italian`. */
  name: string;
}

/** Translates one-line package descriptions from English, with the translations of Debian's volunteers. */
export function defineTranslation({ code, name }: TranslationLanguage): Task {
  const task = `translation-${code}`;
  return {
    name: task,
    title: `translate one-line software descriptions into ${name}`,
    licence: "Debian's package descriptions and translations; each under its package's licence",
    unavailable: noDebianIndex,
    async fetch(folder, options) {
      const found = await findTaskData(folder, task, VERSION);
      if (found !== undefined) return found;
      const index = await fetchDebianIndex(join(folder, 'apt'), ['en', code], options);
      const splits = await splitRows(await collectRows(index, { code, name }), SIZES, options);
      return writeTaskData(folder, splits, { task, version: VERSION, origin: `apt: Translation-${code}` });
    },
    mainMetric: { metric: 'chrf' },
    metrics: [{ metric: 'bleu' }, { metric: 'exact_match' }],
    validity: { metric: 'pattern_match', name: 'one_line', pattern: String.raw`^[^\n]+$` },
    baselines: ['nearest', 'copy', 'majority', 'word_for_word'],
    maxNewTokens: 96,
    maxLength: 192,
    steps: 400,
  };
}

async function collectRows(index: DebianIndex, language: TranslationLanguage): Promise<RelatedRow[]> {
  const catalogue = await readCatalogue(index);
  const rows: RelatedRow[] = [];
  const seen = new Set<string>();
  for await (const stanza of index.descriptions(language.code)) {
    const item = catalogue.get(stanza.get('Package') ?? '');
    if (item === undefined || stanza.get('Description-md5') !== item.digest) continue;
    const english = item.synopsis;
    const foreign = (stanza.get(`Description-${language.code}`) ?? '').split('\n')[0].trim();
    // Only the first translation of a line is used, since a question must not have two answers.
    if (!isUseful(english, foreign) || seen.has(english.toLowerCase())) continue;
    seen.add(english.toLowerCase());
    rows.push({
      prompt: `English: ${english}\n${language.name}:`,
      completion: ` ${foreign}`,
      keys: [`source ${item.source}`, `english ${looseKey(english)}`, `foreign ${looseKey(foreign)}`],
      mayTest: isReservedSource(item.source),
    });
  }
  return rows;
}

function isUseful(english: string, foreign: string): boolean {
  const fits = (text: string) => text.length >= LENGTHS.shortest && text.length <= LENGTHS.longest;
  return fits(english) && fits(foreign) && looseKey(english) !== looseKey(foreign);
}

export const italian = defineTranslation({ code: 'it', name: 'Italian' });
export const german = defineTranslation({ code: 'de', name: 'German' });
