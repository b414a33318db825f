import { join } from 'node:path';
import { fetchDebianFiles } from './sources/debian-file.ts';
import { noDebianIndex } from './sources/debian-index.ts';
import { splitRows, type RelatedRow } from './split.ts';
import { findTaskData, writeTaskData } from './task-files.ts';
import type { Task } from './task.ts';

const VERSION = 1;
const SIZES = { test: 400, validation: 300 };
const DICTIONARY = 'usr/lib/python3/dist-packages/codespell_lib/data/dictionary.txt';

/** Corrects misspelt English words. */
export const spelling: Task = {
  name: 'spelling',
  title: 'correct a misspelt word',
  licence: "codespell's dictionary, CC-BY-SA-3.0",
  unavailable: noDebianIndex,
  async fetch(folder, options) {
    const found = await findTaskData(folder, 'spelling', VERSION);
    if (found !== undefined) return found;
    const wanted = { packageName: 'codespell', paths: [DICTIONARY] };
    const [dictionary] = await fetchDebianFiles(join(folder, 'apt'), wanted, options);
    const splits = await splitRows(dictionary.toString('utf8').split('\n').flatMap(toRow), SIZES, options);
    return writeTaskData(folder, splits, { task: 'spelling', version: VERSION, origin: 'apt: codespell' });
  },
  mainMetric: { metric: 'exact_match' },
  metrics: [{ metric: 'edit_similarity' }, { metric: 'character_error_rate' }],
  validity: { metric: 'pattern_match', name: 'letters_only', pattern: '^[a-z]( [a-z])*$' },
  baselines: ['nearest', 'copy', 'majority'],
  maxNewTokens: 32,
  maxLength: 64,
  steps: 700,
};

/** Parses `wrong->right`; lines with several corrections or a reason are ambiguous and skipped. */
function toRow(line: string): RelatedRow[] {
  const [wrong = '', right = ''] = line.trim().split('->');
  if (!/^[a-z]{4,24}$/.test(wrong) || !/^[a-z]{4,24}$/.test(right)) return [];
  return [
    {
      prompt: `Wrong: ${[...wrong].join(' ')}\nRight:`,
      completion: ` ${[...right].join(' ')}`,
      keys: [`right ${right.replace(/(?<=.{4})(?:ing|ings|ed|er|ers|es|s|ly|ion|ions|able)$/, '')}`],
      mayTest: true,
    },
  ];
}
