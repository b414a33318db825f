import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { AttuneError } from '../base/errors.ts';
import { greatest } from '../base/many.ts';
import { type ColumnMapping, columnsOf } from '../data/columns.ts';
import { isDated, isRepeatedPerson } from '../data/guess/index.ts';
import { type DataInspection, inspectData } from '../data/index.ts';
import { isCheapModel } from '../answering/baselines/cheap-names.ts';
import { fewTestRows } from '../evaluation/compare/few-test-rows.ts';
import { writeFileAtomic } from '../files/atomic.ts';
import { readJson } from '../files/json.ts';
import { isOwnBase, modelFolder } from '../answering/model/base-model.ts';
import { loadFormatters } from '../jobs/rows/row-formatters.ts';
import { badRows, type ColumnReading } from './init/read-columns.ts';
import { resolveRecipe } from './recipe/index.ts';
import { trainingLines } from './training-lines.ts';
import { answersChats } from '../answering/model/answers-chats.ts';
import { preferenceOfBases, type UsualObjective, usualObjective } from './usual-objective.ts';
import type { InitFindings } from './init/warnings.ts';

export interface InitAnswers {
  model: string;
  /** Reason for this base. */
  because?: string;
  /** Command that downloads or creates the base, if it is not on this machine. */
  command?: string;
  groupBy?: string;
  format?: string;
  columns?: ColumnMapping;
}

/** Maximum number of rows read of a larger file. */
const ROWS_READ = 100;

const groupName =
  /(^|_)(customer|client|user|patient|author|account|company|session|thread|conversation|document|group)(_?id)?$/i;

/**
 * Reads the first rows of a file or folder in the given format.
 * @throws AttuneError as `inspectData`; E_INIT_FORMAT if no objective supports such rows
 */
export async function examineForInit(
  path: string,
  reading: Partial<Pick<ColumnReading, 'format' | 'columns' | 'profiles'>>,
): Promise<InitFindings> {
  const { format, columns, profiles = [] } = reading;
  const inspection = await inspectData(path, { format, columns, formatters: await loadFormatters([format]) });
  const kind = inspection.examples[0]?.kind;
  if (kind === undefined) throw badRows(inspection);
  const objective = usualObjective(kind);
  if (objective === undefined) {
    throw new AttuneError('E_INIT_FORMAT', {
      what: `${path} contains ${inspection.format} rows, which no objective supports`,
      got: inspection.reason,
      expected: 'messages, alpaca, sharegpt, prompt + completion, text, text + label, or text + labels',
      fix: 'choose another format with --format, or set columns with --text-column, --label-column or --answer-column',
    });
  }
  const used = new Set(Object.values(columns ?? {}).flatMap(columnsOf));
  const isGroup = (name: string): boolean => {
    const profile = profiles.find((one) => one.name === name);
    if (profile === undefined) return groupName.test(name);
    return isRepeatedPerson(profile) || (groupName.test(name) && profile.distinct < profile.filled);
  };
  const groupColumns = kind === 'items' ? [] : inspection.columns.filter((name) => isGroup(name) && !used.has(name));
  const timeColumn = profiles.find((one) => isDated(one) && one.filled === one.rows && one.distinct > 1)?.name;
  return { path, inspection, objective, groupColumns, ...(kind !== 'items' && timeColumn && { timeColumn }) };
}

/** `tickets.jsonl.gz` → `tickets.yaml` in the current folder; a data set named by a hash gets its pipeline's name. */
export function recipeFileFor(path: string): string {
  const manifest = join(path, 'manifest.json');
  const endsInHash = /-[0-9a-f]{16}$/.test(basename(path));
  const { name } = endsInHash && existsSync(manifest) ? readJson<{ name?: unknown }>(manifest) : {};
  const stem = typeof name === 'string' ? name : basename(path).replace(/(\.[a-z0-9]+)+$/i, '');
  return `${/^[\p{L}\p{M}\p{N}_.-]+$/u.test(stem) ? stem : 'recipe'}.yaml`;
}

/** Writes the recipe after checking it as `train` does. @throws AttuneError E_RECIPE_EXISTS unless `overwrite` */
export async function writeRecipe(file: string, text: string, options: { overwrite: boolean }): Promise<void> {
  if (!options.overwrite && existsSync(file)) {
    throw new AttuneError('E_RECIPE_EXISTS', {
      what: `${file} already exists`,
      fix: 'choose another name with --output, or replace it with --force',
    });
  }
  await resolveRecipe(text, { file });
  writeFileAtomic(file, text);
}

type Line = readonly [setting: string, remark?: string];

/** The recipe as YAML, with a comment on each of the settings that people change first. */
export async function recipeText(findings: InitFindings, answers: InitAnswers): Promise<string> {
  const { path, inspection } = findings;
  const { stringify } = await import('yaml');
  const plain = (value: unknown): string =>
    stringify(value, { flowCollectionPadding: false, collectionStyle: 'flow', lineWidth: 0 }).trim();
  const { groupBy, format, columns, model, because, command } = answers;
  const objective = await objectiveFor(findings, model);
  const lines: Line[] = [
    [`model: ${plain(model)}`, because ?? 'a model folder, or a known name'],
    ['data:'],
    [`  train: ${plain(path)}`, format === undefined ? `${inspection.format} rows, ${inspection.reason}` : undefined],
    ...(format === undefined ? [] : [[`  format: ${plain(format)}`, 'format of the rows'] as const]),
    ...(columns === undefined ? [] : [[`  columns: ${plain(columns)}`, 'input columns and target column'] as const]),
    ...splitLines(inspection),
    ...groupLine(findings, groupBy, plain),
    ...timeLine(findings, plain),
    ...(isCheapModel(model) ? cheapLines(objective) : await modelLines(inspection, { model, objective })),
  ];
  const bringing = command === undefined ? '' : `# The model comes from: ${command}\n`;
  return `# What to train, on which data, and how. All settings: attune train --help all\n${bringing}${align(lines)}\n`;
}

/** Lines about training a model with weights. */
async function modelLines(
  inspection: DataInspection,
  of: { model: string; objective: UsualObjective },
): Promise<Line[]> {
  const tuning = tuningOf(inspection);
  const lengths: Line[] = [
    ['  max_length: 1024', 'tokens of the longest row'],
    ['  long_rows: fail', 'or drop, truncate, split'],
  ];
  return [
    ...(holdsMedia(inspection) ? [] : lengths),
    TUNING_LINES[tuning],
    objectiveLine(of.objective),
    ...(await trainingLines(of.model, { tuning, objective: of.objective.name })),
  ];
}

/** Lines for a cheap system, which has neither tokens nor weights and is not trained in steps. */
function cheapLines(objective: UsualObjective): Line[] {
  return [[`objective: ${objective.name}`], ['training:'], ['  seed: 42']];
}

/** The group column; an unconfirmed one is written as a comment, ready for use. */
function groupLine(
  { groupColumns }: InitFindings,
  groupBy: string | undefined,
  plain: (value: unknown) => string,
): Line[] {
  if (groupBy !== undefined) return [[`  group_by: ${plain(groupBy)}`, 'rows with the same value stay in one split']];
  const [likely] = groupColumns;
  return likely === undefined ? [] : [[`  # group_by: ${plain(likely)}`, 'rows with the same value stay in one split']];
}

/** The column of times as a comment, ready for use. */
function timeLine({ timeColumn }: InitFindings, plain: (value: unknown) => string): Line[] {
  if (timeColumn === undefined) return [];
  return [[`  # split_by_time: ${plain(timeColumn)}`, 'train on earlier rows, test on later ones']];
}

/** Whether rows are files such as images, whose length does not vary. */
export function holdsMedia({ examples: [first] }: DataInspection): boolean {
  return first !== undefined && 'media' in first && first.media !== undefined;
}

/**
 * The default tuning: recommenders are new, so all of their weights must be trained; a vision model's features suit
 * most classes.
 */
function tuningOf({ examples: [first] }: DataInspection): keyof typeof TUNING_LINES {
  if (first?.kind === 'items') return 'full';
  return first?.kind === 'classification' && first.media?.kind === 'image' ? 'freeze' : 'lora';
}

const TUNING_LINES = {
  full: ['tuning: full', 'trains all weights'],
  lora: ['tuning: lora', 'or full: trains all weights'],
  freeze: ['tuning: { method: freeze, trainable_layers: 0 }', 'trains only the head, in seconds; or lora'],
} satisfies Record<string, Line>;

function splitLines({ splits, examples }: DataInspection): Line[] {
  // All rows were read only if the file is small.
  const few = examples.length < ROWS_READ ? fewTestRows(Math.round(examples.length / 10)) : undefined;
  const lines: [string, Line][] = [
    ['validation', ['  validation: 0.1', 'share of the rows, or a file: used for validation during training']],
    ['test', ['  test: 0.1', few ?? 'kept for the final comparison']],
  ];
  return lines.filter(([split]) => !splits.includes(split)).map(([, line]) => line);
}

function objectiveLine({ name, remark }: UsualObjective): Line {
  return [`objective: ${name}`, remark];
}

/** Objective for the rows; for some kinds of rows it depends on the model. */
export async function objectiveFor({ objective, inspection }: InitFindings, model: string): Promise<UsualObjective> {
  const kind = inspection.examples[0]?.kind;
  if (kind === 'preference' && !(await answersChats(model))) return preferenceOfBases;
  return (kind && usualObjective(kind, classesOf(model))) ?? objective;
}

/** Classes listed in a model's config.json. */
function classesOf(model: string): string[] {
  const path = join(isOwnBase(model) ? modelFolder(model) : model, 'config.json');
  if (!existsSync(path)) return [];
  const { architectures } = readJson<{ architectures?: unknown }>(path);
  return Array.isArray(architectures) ? architectures.map(String) : [];
}

function align(lines: readonly Line[]): string {
  const width = Math.min(44, greatest(lines.filter(([, remark]) => remark !== undefined).map(([text]) => text.length)));
  return lines.map(([text, remark]) => (remark === undefined ? text : `${text.padEnd(width)}  # ${remark}`)).join('\n');
}
