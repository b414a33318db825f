import { join } from 'node:path';
import { looseKey, readCatalogue, type CataloguePackage } from './debian-descriptions.ts';
import { isReservedSource } from './reserved-packages.ts';
import { fetchDebianIndex, noDebianIndex } from './sources/debian-index.ts';
import { splitRows, type RelatedRow } from './split.ts';
import { findTaskData, writeTaskData } from './task-files.ts';
import type { Task } from './task.ts';

const VERSION = 1;
const SIZES = { test: 400, validation: 300 };
const LENGTHS = { shortest: 80, longest: 480 };

/** Debian sections that describe a package's purpose or language and have 200 packages or more. */
const CATEGORIES = new Set(
  (
    'admin database devel editors electronics fonts games gnome gnu-r golang graphics haskell interpreters java ' +
    'javascript kde libs lisp mail math net ocaml perl php python ruby rust science sound text utils video web x11'
  ).split(' '),
);

/** Converts a package's long description to a catalogue record: its category and a one-line summary. */
export const catalogue: Task = {
  name: 'catalogue',
  title: 'turn a software description into a catalogue record',
  licence: "Debian's package descriptions; each under its package's licence",
  unavailable: noDebianIndex,
  async fetch(folder, options) {
    const found = await findTaskData(folder, 'catalogue', VERSION);
    if (found !== undefined) return found;
    const index = await fetchDebianIndex(join(folder, 'apt'), ['en'], options);
    const rows = [...(await readCatalogue(index)).values()].flatMap(toRow);
    return writeTaskData(folder, await splitRows(rows, SIZES, options), {
      task: 'catalogue',
      version: VERSION,
      origin: 'apt: Packages, Translation-en',
    });
  },
  mainMetric: {
    name: 'record',
    mean: [
      { metric: 'accuracy', field: 'category' },
      { metric: 'chrf', field: 'summary' },
    ],
  },
  metrics: [
    { metric: 'accuracy', field: 'category' },
    { metric: 'macro_f1', field: 'category' },
    { metric: 'chrf', field: 'summary' },
    { metric: 'rouge_l', field: 'summary' },
    { metric: 'json_fields' },
  ],
  validity: { metric: 'json_validity' },
  baselines: ['nearest', 'majority', 'fieldwise'],
  maxNewTokens: 96,
  maxLength: 512,
  steps: 200,
};

function toRow(item: CataloguePackage): RelatedRow[] {
  const description = shorten(item.description);
  if (!CATEGORIES.has(item.section) || description.length < LENGTHS.shortest) return [];
  const record = JSON.stringify({ category: item.section, summary: item.synopsis });
  return [
    {
      prompt: `Description: ${description}\nRecord:`,
      completion: ` ${record}`,
      keys: [`source ${item.source}`, `description ${looseKey(description)}`, `summary ${looseKey(item.synopsis)}`],
      mayTest: isReservedSource(item.source),
    },
  ];
}

/** Whole sentences up to the maximum length: the beginning says what a catalogue needs. */
function shorten(description: string): string {
  const text = description.replaceAll(/\s+/g, ' ');
  if (text.length <= LENGTHS.longest) return text;
  const cut = text.slice(0, LENGTHS.longest);
  const end = Math.max(cut.lastIndexOf('. '), cut.lastIndexOf('! '), cut.lastIndexOf('? '));
  return end < LENGTHS.shortest ? cut.slice(0, cut.lastIndexOf(' ')) : cut.slice(0, end + 1);
}
