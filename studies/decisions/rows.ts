/** Typed questions with known answers, from packages of Debian and npm. */
import { join } from 'node:path';
import { shuffled } from '../../src/base/random.ts';
import { looseKey, readCatalogue } from '../../src/app/quickstart/tasks/debian-descriptions.ts';
import { fetchDebianFiles } from '../../src/app/quickstart/tasks/sources/debian-file.ts';
import { fetchDebianIndex } from '../../src/app/quickstart/tasks/sources/debian-index.ts';
import { splitRows, type RelatedRow } from '../../src/app/quickstart/tasks/split.ts';
import type { TaskRow } from '../../src/app/quickstart/tasks/task.ts';
import { findDocuments, readDocuments } from '@attune/documents';
import { sectionRows, TOPICS } from '../data/sections.ts';
import { SHORTEST_MAIL, writeMails } from '../data/mail.ts';
import type { Setting } from '../example.ts';
import { writeRows, type Row } from '../rows.ts';

/** Numbers of rows for training, calibration and testing. */
export interface Sizes {
  train: number;
  calibration: number;
  test: number;
}

export interface DecisionSet {
  name: string;
  title: string;
  sizes: Sizes;
  epochs: number;
  /** States, each with its answers as one text, and the questions for such an answer. */
  read(setting: Setting): Promise<{ rows: RelatedRow[]; ask: (answer: string) => Question[] }>;
}

type Question = Record<string, unknown>;

/** Longer texts are truncated to this for all systems: the sentence encoder reads 128 tokens. */
const LONGEST = 240;

export const SETS: readonly DecisionSet[] = [
  {
    name: 'supersenses',
    title: 'WordNet gloss → one of 45 supersenses',
    sizes: { train: 800, calibration: 800, test: 2500 },
    epochs: 2,
    read: readSupersenses,
  },
  {
    name: 'sections',
    title: 'Debian package → one of 12 sections',
    sizes: { train: 600, calibration: 800, test: 2500 },
    epochs: 2,
    read: readSections,
  },
  {
    name: 'mail',
    title: 'mail → easy ham, hard ham or spam, as a score',
    sizes: { train: 300, calibration: 500, test: 1500 },
    epochs: 2,
    read: readMail,
  },
  {
    name: 'debtags',
    title: 'Debian package → six tags, yes or no each',
    sizes: { train: 200, calibration: 400, test: 800 },
    epochs: 3,
    read: readTags,
  },
];

/** Writes train.jsonl, calibration.jsonl and test.jsonl; related rows and near-duplicates are in the same file. */
export async function writeSet({ name, sizes, read }: DecisionSet, setting: Setting): Promise<string> {
  const folder = join(setting.folder, 'decisions', name);
  const { rows, ask } = await read(setting);
  const some = shuffled(rows, [0, name]).slice(0, 2 * (sizes.train + sizes.calibration + sizes.test));
  const splits = await splitRows(some, { train: sizes.train, validation: sizes.calibration, test: sizes.test });
  const rowOf = ({ prompt, completion }: TaskRow): Row => ({ state: prompt, questions: ask(completion) });
  writeRows(join(folder, 'train.jsonl'), splits.train.map(rowOf));
  writeRows(join(folder, 'calibration.jsonl'), splits.validation.map(rowOf));
  writeRows(join(folder, 'test.jsonl'), splits.test.map(rowOf));
  return folder;
}

function choice(id: string, options: readonly string[], instructions: string) {
  return (label: string): Question[] => [{ id, type: 'choice', instructions, options, label }];
}

const DICTIONARY = 'usr/share/wordnet';
const PARTS = ['noun', 'verb', 'adj', 'adv'];

async function readSupersenses(setting: Setting): ReturnType<DecisionSet['read']> {
  const paths = PARTS.map((part) => `${DICTIONARY}/data.${part}`);
  const place = join(setting.folder, 'apt');
  const files = await fetchDebianFiles(place, { packageName: 'wordnet-base', paths }, setting);
  const rows: RelatedRow[] = [];
  for (const file of files)
    for (const line of file.toString('latin1').split('\n')) {
      // "00001740 03 n 01 entity 0 003 … | that which is perceived …"
      const found = /^\d{8} (\d\d) . [^|]*\| ([^;"]+)/.exec(line);
      if (found === null) continue;
      const gloss = found[2].trim();
      const completion = SUPERSENSES[Number(found[1])];
      if (gloss.length > 10)
        rows.push({ prompt: gloss, completion, keys: [`gloss ${looseKey(gloss)}`], mayTest: true });
    }
  return { rows, ask: choice('supersense', SUPERSENSES, 'meaning') };
}

/** By the number in a line of WordNet's data, as in lexnames(5WN). */
const SUPERSENSES = [
  ...'adj.all adj.pert adv.all noun.Tops noun.act noun.animal noun.artifact noun.attribute noun.body noun.cognition'.split(
    ' ',
  ),
  ...'noun.communication noun.event noun.feeling noun.food noun.group noun.location noun.motive noun.object'.split(' '),
  ...'noun.person noun.phenomenon noun.plant noun.possession noun.process noun.quantity noun.relation noun.shape'.split(
    ' ',
  ),
  ...'noun.state noun.substance noun.time verb.body verb.change verb.cognition verb.communication'.split(' '),
  ...'verb.competition verb.consumption verb.contact verb.creation verb.emotion verb.motion verb.perception'.split(' '),
  ...'verb.possession verb.social verb.stative verb.weather adj.ppl'.split(' '),
];

async function readSections(setting: Setting): ReturnType<DecisionSet['read']> {
  const index = await fetchDebianIndex(join(setting.folder, 'apt'), ['en'], setting);
  const rows = sectionRows((await readCatalogue(index)).values()).map(shortened);
  return { rows, ask: choice('section', TOPICS, 'section') };
}

const LEVELS = ['plainly wanted mail', 'wanted mail that looks like spam', 'spam'];

async function readMail(setting: Setting): ReturnType<DecisionSet['read']> {
  const folder = join(setting.folder, 'decisions', 'mails');
  await writeMails(folder, setting);
  const rows: RelatedRow[] = [];
  for await (const document of readDocuments(findDocuments([folder], folder))) {
    if (document.kind !== 'message' || document.text.length < SHORTEST_MAIL) continue;
    const level = /(easy-ham|hard-ham|spam)[^/]*\.eml$/.exec(document.origins[0].file)?.[1];
    if (level === undefined) continue;
    const completion = String(['easy-ham', 'hard-ham', 'spam'].indexOf(level));
    rows.push(
      shortened({ prompt: document.text, completion, keys: [`text ${looseKey(document.text)}`], mayTest: true }),
    );
  }
  const instructions = 'spam';
  return {
    rows,
    ask: (level) => [{ id: 'spam', type: 'score', instructions, options: LEVELS, label: Number(level) }],
  };
}

/** Tags of different facets that a tenth to a half of the tagged packages have. */
const TAGS = 6;

async function readTags(setting: Setting): ReturnType<DecisionSet['read']> {
  const index = await fetchDebianIndex(join(setting.folder, 'apt'), ['en'], setting);
  const tags = new Map<string, string[]>();
  for await (const stanza of index.packages()) {
    const [name, tag] = [stanza.get('Package'), stanza.get('Tag')];
    if (name !== undefined && tag !== undefined) tags.set(name, tag.split(/[,\s]+/).filter(Boolean));
  }
  const sources = new Set<string>();
  const rows: RelatedRow[] = [];
  for (const { name, source, synopsis, description } of (await readCatalogue(index)).values()) {
    const own = tags.get(name);
    if (own === undefined || sources.has(source)) continue;
    sources.add(source);
    const keys = [`source ${source}`, `synopsis ${looseKey(synopsis)}`] as const;
    rows.push(shortened({ prompt: `${synopsis}\n${description}`, completion: own.join(' '), keys, mayTest: true }));
  }
  const asked = askedTags(rows.map(({ completion }) => completion.split(' ')));
  return {
    rows,
    ask: (answer) => {
      const own = answer.split(' ');
      return asked.map((tag) => ({
        id: tag,
        type: 'noul',
        instructions: tag.replace('::', ': '),
        label: own.includes(tag),
      }));
    },
  };
}

function askedTags(all: readonly (readonly string[])[]): string[] {
  const counts = new Map<string, number>();
  for (const tag of all.flat()) counts.set(tag, (counts.get(tag) ?? 0) + 1);
  const common = [...counts]
    .filter(([, count]) => count >= 0.1 * all.length && count <= 0.5 * all.length)
    .toSorted(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
  const facets = new Map(common.toReversed().map(([tag]) => [tag.split('::')[0], tag]));
  return [...facets.values()].toReversed().slice(0, TAGS);
}

function shortened(row: RelatedRow): RelatedRow {
  return { ...row, prompt: row.prompt.slice(0, LONGEST) };
}
