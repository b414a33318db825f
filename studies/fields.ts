import { existsSync } from 'node:fs';
import { basename, isAbsolute, join } from 'node:path';
import { AttuneError } from '../src/base/errors.ts';
import { formatDuration } from '../src/base/format.ts';
import { entryOf } from '../src/base/table.ts';
import { readJson, writeJson } from '../src/files/json.ts';
import { conclusionOf } from '../src/evaluation/compare/conclusion.ts';
import { isAskingWay } from '../src/store/asking-ways.ts';
import { writeFileAtomic } from '../src/files/atomic.ts';
import type { ComparedSystem, Comparison } from '../src/store/results.ts';
import { decimals, shownValue } from './comparison-table.ts';
import type { Example, Setting, Table } from './example.ts';
import { fieldFolder, type Field, type FieldFindings } from './fields/field.ts';
import { fields as table } from './fields/index.ts';
import { fieldsPicture, type FieldPanel } from './fields/picture.ts';
import { tableText } from './results.ts';

const FIELDS: Readonly<Record<string, Field>> = table;
const PICTURE = 'fields.svg';
const CHEAP = 'best cheap system';

/** `npm run studies -- fields [--only NAME] [--quick]`. */
export const fields: Example = {
  title: 'Eleven fields of work: prompt, retrieve, tune, or something cheap',
  page: {
    file: 'fields.md',
    head: [
      '# Recipes for fields of work',
      'One task for each field, on data that installs by name or is made up and says so, with what it takes to solve it: ' +
        'a prompt, retrieval, a tuned model, or a cheap system. `npm run studies -- fields` writes this page, and ' +
        '`npm run studies -- fields --only NAME` measures one field again and prints it; the whole ' +
        'study keeps what was measured before. The rows and the recipe stay in the folder ' +
        '`examples/fields/NAME` of the cache (`attune train FOLDER/recipe.json` repeats it). The models are ' +
        'small enough for two cores: attune-base has five million parameters, and its answers to prompts say little about larger models.\n',
    ].join('\n\n'),
  },
  async run(setting) {
    const measured: Measured[] = [];
    for (const name of namesOf(setting)) {
      const one = (setting.only === undefined ? kept(name, setting) : undefined) ?? (await measure(name, setting));
      setting.log(`${one.field.title}: ${adviceOn(one.comparison)} (${one.seconds.toFixed(0)} s)`);
      measured.push(one);
    }
    if (setting.only === undefined)
      writeFileAtomic(join(import.meta.dirname, '..', 'docs', PICTURE), fieldsPicture(measured.map(panelOf)));
    return {
      seconds: measured.reduce((sum, { seconds }) => sum + seconds, 0),
      about: [
        'Values with 95 % intervals on test rows; prompting is the better of a plain instruction, examples and a searched ' +
          'prompt, retrieval the better with and without tuning. The advice is the verdict of the run; the picture fills the point of what it recommends.',
        `![Every way in every field, with 95 % intervals](${PICTURE})`,
      ],
      tables: [tableOf(measured)],
      verdict: measured.flatMap(sectionOf),
    };
  },
};

/** Stored findings of a field, so that a stopped study can be resumed. */
interface Kept extends FieldFindings {
  about: string;
  quick: boolean;
  /** Day of the measurement. */
  day: string;
  seconds: number;
}

interface Measured extends Kept {
  name: string;
  field: Field;
}

const keptFile = (name: string, setting: Setting): string => join(fieldFolder(name, setting), 'found.json');

async function measure(name: string, setting: Setting): Promise<Measured> {
  const field = FIELDS[name];
  const started = performance.now();
  const findings = await field.measure(setting);
  const seconds = (performance.now() - started) / 1000;
  const day = new Date().toISOString().slice(0, 10);
  const found: Kept = { ...findings, about: field.about, quick: setting.quick, day, seconds };
  writeJson(keptFile(name, setting), found);
  return { name, field, ...found };
}

/** Stored measurement of the same task; a quick study also reuses one of full size. */
function kept(name: string, setting: Setting): Measured | undefined {
  const path = keptFile(name, setting);
  if (!existsSync(path)) return undefined;
  const found = readJson<Kept>(path);
  const field = FIELDS[name];
  return (setting.quick || !found.quick) && found.about === field.about ? { name, field, ...found } : undefined;
}

function namesOf({ only }: Setting): string[] {
  if (only === undefined) return Object.keys(FIELDS);
  if (Object.hasOwn(FIELDS, only)) return [only];
  throw new AttuneError('E_USAGE', {
    what: `There is no field "${only}"`,
    expected: Object.keys(FIELDS).join(', '),
    fix: 'see: npm run studies -- --help',
  });
}

const COLUMNS: Readonly<Record<string, (system: ComparedSystem, comparison: Comparison) => boolean>> = {
  tuned: ({ name }, { subject }) => name === subject,
  untuned: ({ kind }) => kind === 'base',
  prompting: ({ kind, name }) => isAskingWay(kind) && name !== 'retrieved',
  retrieval: ({ name }) => name === 'retrieved' || name === 'tuned_retrieved',
  [CHEAP]: ({ kind }) => kind === 'cheap' || kind === 'other',
};

function tableOf(measured: readonly Measured[]): Table {
  return {
    caption: 'Every way on the same rows',
    head: ['field', 'metric', 'rows', ...Object.keys(COLUMNS), 'to use', 'measured'],
    rows: measured.map(({ field, comparison, quick, day, seconds }) => [
      shortTitle(field),
      metricTitle(comparison),
      String(comparison.rows),
      ...Object.keys(COLUMNS).map((column) => shownBest(comparison, column)),
      usedTitle(comparison),
      `${day}, ${formatDuration(seconds)}${quick ? ', quick' : ''}`,
    ]),
  };
}

function panelOf({ field, comparison }: Measured): FieldPanel {
  const { use } = conclusionOf(comparison);
  const used = comparison.systems.find(({ name }) => name === use);
  const ways = Object.entries(COLUMNS).map(([name, isMeant]) => {
    return { name, value: bestOf(comparison, name)?.value, isUsed: used !== undefined && isMeant(used, comparison) };
  });
  return { title: shortTitle(field), unit: `${metricTitle(comparison)}, ${comparison.rows} rows`, ways };
}

const shortTitle = ({ title }: Field): string => title.split(':')[0];

function metricTitle({ metric, metrics }: Comparison): string {
  return metrics.find(({ name }) => name === metric)?.title ?? metric;
}

function usedTitle(comparison: Comparison): string {
  const { use, outcome } = conclusionOf(comparison);
  const system = comparison.systems.find(({ name }) => name === use);
  if (system !== undefined) return withoutFolders(system.title, comparison);
  if (outcome !== 'not-better') return 'undecided';
  return leadsUntuned(comparison) ? 'tuned' : 'no need to tune';
}

/** Whether the intervals of the tuned model and of all that is not tuned have nothing in common. */
function leadsUntuned({ systems, subject, metric }: Comparison): boolean {
  const valuesOf = (isMeant: (system: ComparedSystem) => boolean) =>
    systems.filter(isMeant).flatMap(({ values }) => entryOf(values, metric) ?? []);
  const own = valuesOf(({ name }) => name === subject);
  const others = valuesOf(({ kind }) => kind !== 'tuned');
  return own.every(({ low = 0 }) => others.every(({ high = Infinity }) => high < low));
}

/** Best system in a column. */
function bestOf(comparison: Comparison, column: string) {
  const { systems, metric, metrics } = comparison;
  const sign = metrics.find(({ name }) => name === metric)?.better === 'lower' ? -1 : 1;
  const [best] = systems
    .filter((system) => COLUMNS[column](system, comparison))
    .flatMap((system) => {
      const value = entryOf(system.values, metric);
      return value === undefined ? [] : [{ system, value }];
    })
    .toSorted((a, b) => sign * (b.value.value - a.value.value));
  return best as typeof best | undefined;
}

/** Best value in a column; for cheap systems, which are of many kinds, with the system's title. */
function shownBest(comparison: Comparison, column: string): string {
  const best = bestOf(comparison, column);
  if (best === undefined) return '—';
  const shown = shownValue(best.value, decimals(best.value.value > 2 ? 1 : 3));
  return column === CHEAP ? `${shown} ${withoutFolders(best.system.title, comparison)}` : shown;
}

function adviceOn(comparison: Comparison): string {
  return withoutFolders(conclusionOf(comparison).advice, comparison);
}

/** Systems are named by paths, one of which may be a prefix of another. */
function withoutFolders(text: string, { systems, subject }: Comparison): string {
  const folders = systems.map(({ name }) => name).filter((name) => isAbsolute(name));
  folders.sort((a, b) => b.length - a.length);
  const nameOf = (folder: string) => (folder === subject ? 'the tuned model' : basename(folder, '.jsonl'));
  return folders.reduce((shown, folder) => shown.replaceAll(folder, nameOf(folder)), text);
}

function sectionOf({ name, field, comparison, further = [], table: own }: Measured): string[] {
  return [
    `### ${field.title}`,
    `\`npm run studies -- fields --only ${name}\``,
    field.about,
    [`**Verdict.** ${adviceOn(comparison)}`, ...further].join(' '),
    ...(own === undefined ? [] : [tableText(own)]),
    ...(field.learnt === '' ? [] : [`**Learnt.** ${field.learnt}`]),
  ];
}
