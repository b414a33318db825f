import { existsSync } from 'node:fs';
import { basename, isAbsolute, join } from 'node:path';
import { AttuneError } from '../src/base/errors.ts';
import { formatDuration } from '../src/base/format.ts';
import { entryOf } from '../src/base/table.ts';
import { readJson, writeJson } from '../src/files/json.ts';
import { conclusionOf } from '../src/evaluation/compare/conclusion.ts';
import { isAskingWay } from '../src/store/asking-ways.ts';
import type { ComparedSystem, Comparison } from '../src/store/results.ts';
import { decimals, shownValue } from './comparison-table.ts';
import type { Example, Setting, Table } from './example.ts';
import { fieldFolder, type Field, type FieldFindings } from './fields/field.ts';
import { fields as table } from './fields/index.ts';

const FIELDS: Readonly<Record<string, Field>> = table;

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
        'small enough for two cores: attune-base has five million parameters, and its answers to prompts say little about larger models.',
    ].join('\n\n'),
  },
  async run(setting) {
    const measured: Measured[] = [];
    for (const name of namesOf(setting)) {
      const one = (setting.only === undefined ? kept(name, setting) : undefined) ?? (await measure(name, setting));
      setting.log(`${one.field.title}: ${adviceOn(one.comparison)} (${one.seconds.toFixed(0)} s)`);
      measured.push(one);
    }
    return {
      about: [
        'Values with 95 % intervals on test rows; prompting is the better of a plain instruction, examples and a searched ' +
          'prompt, retrieval the better with and without tuning. The advice is the verdict of the run.',
      ],
      tables: [tableOf(measured)],
      verdict: measured.flatMap(sectionOf),
    };
  },
};

/** Findings of a field as they are kept, so that a study that was stopped goes on. */
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
  const { comparison, further } = await field.measure(setting);
  const seconds = (performance.now() - started) / 1000;
  const day = new Date().toISOString().slice(0, 10);
  const found: Kept = { comparison, further, about: field.about, quick: setting.quick, day, seconds };
  writeJson(keptFile(name, setting), found);
  return { name, field, ...found };
}

/** What an earlier call measured of the same task and at the same size. */
function kept(name: string, setting: Setting): Measured | undefined {
  const path = keptFile(name, setting);
  if (!existsSync(path)) return undefined;
  const found = readJson<Kept>(path);
  const field = FIELDS[name];
  return found.quick === setting.quick && found.about === field.about ? { name, field, ...found } : undefined;
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
  'best cheap system': ({ kind }) => kind === 'cheap',
};

function tableOf(measured: readonly Measured[]): Table {
  return {
    caption: 'Every way on the same rows',
    head: ['field', 'metric', 'rows', ...Object.keys(COLUMNS), 'to use', 'measured'],
    rows: measured.map(({ field, comparison, day, seconds }) => {
      const { metrics, metric, rows } = comparison;
      const { use } = conclusionOf(comparison);
      return [
        field.title.split(':')[0],
        metrics.find(({ name }) => name === metric)?.title ?? metric,
        String(rows),
        ...Object.entries(COLUMNS).map(([column, isMeant]) => bestOf(comparison, isMeant, column.includes('cheap'))),
        comparison.systems.find(({ name }) => name === use)?.title ?? 'undecided',
        `${day}, ${formatDuration(seconds)}`,
      ];
    }),
  };
}

/** The best value among some systems, with its system's title if there is more than one kind. */
function bestOf(comparison: Comparison, isMeant: (typeof COLUMNS)[string], isNamed: boolean): string {
  const { systems, metric, metrics } = comparison;
  const sign = metrics.find(({ name }) => name === metric)?.better === 'lower' ? -1 : 1;
  const [best] = systems
    .filter((system) => isMeant(system, comparison))
    .flatMap(({ title, values }) => {
      const value = entryOf(values, metric);
      return value === undefined ? [] : [{ title, value }];
    })
    .toSorted((a, b) => sign * (b.value.value - a.value.value));
  if (best === undefined) return '—';
  const shown = shownValue(best.value, decimals(best.value.value > 2 ? 1 : 3));
  return isNamed ? `${shown} ${best.title}` : shown;
}

/** The advice, with names in place of runs' folders. */
function adviceOn(comparison: Comparison): string {
  const folders = comparison.systems.map(({ name }) => name).filter((name) => isAbsolute(name));
  const nameOf = (folder: string) => (folder === comparison.subject ? 'the tuned model' : basename(folder));
  return folders.reduce((text, folder) => text.replaceAll(folder, nameOf(folder)), conclusionOf(comparison).advice);
}

function sectionOf({ name, field, comparison, further = [] }: Measured): string[] {
  return [
    `### ${field.title}`,
    `\`npm run studies -- fields --only ${name}\``,
    field.about,
    [`**Verdict.** ${adviceOn(comparison)}`, ...further].join(' '),
    ...(field.learnt === '' ? [] : [`**Learnt.** ${field.learnt}`]),
  ];
}
