import { entryOf } from '../../base/table.ts';
import { existsSync } from 'node:fs';
import { columnsOf, type ColumnMapping } from '../../data/columns.ts';
import { classFit, isFeature, textFit } from '../../data/guess/index.ts';
import { isCheapModel } from '../../answering/baselines/cheap-names.ts';
import { displayPath } from '../../files/find-files.ts';
import { examineForInit, holdsMedia, objectiveFor, recipeFileFor, recipeText, writeRecipe } from '../init.ts';
import { type Base, bringBase, checkBase, searchBase, suggestBase } from './base.ts';
import type { useCase, InitResult } from '../use-cases/init.ts';
import { columnMapping } from '../use-cases/shared/columns-field.ts';
import type { CallOptions } from '../use-cases/use-case.ts';
import { type ColumnReading, type InitHints, isPossible, readColumns, refuseUnclear } from './read-columns.ts';
import { refuseDocuments } from './documents.ts';
import { nextSteps, type Written } from './next-steps.ts';
import { initWarnings, type LearntColumns, type InitFindings } from './warnings.ts';

export type InitOptions = CallOptions<typeof useCase>;

/** Writes a recipe for any data: determines the roles of columns, the objective and the base model. */
export async function init(path: string, options: InitOptions = {}): Promise<InitResult> {
  await refuseDocuments(path);
  const { reading, findings } = await understand(path, options);
  const file = options.output ?? recipeFileFor(path);
  const overwrite = await mayReplace(file, options);
  const base = await baseFor(findings, reading, options);
  const { model, reason: because, command } = base;
  const groupBy = options.groupBy ?? (await options.ask?.group(findings.groupColumns));
  const { format, columns, guesses, reasons, isClear } = reading;
  await writeRecipe(file, await recipeText(findings, { model, because, command, groupBy, format, columns }), {
    overwrite,
  });
  const { inspection } = findings;
  const { name: objective, remark } = await objectiveFor(findings, model);
  const learnt = learntColumns(reading);
  const rows = reading.profiles[0]?.rows ?? inspection.examples.length + inspection.problems.length;
  const written = writtenRecipe(file, findings, reading);
  return {
    recipe: file,
    format: inspection.format,
    reason: inspection.reason,
    columns,
    objective,
    model,
    because,
    command,
    package: base.package,
    remark: base.remark,
    guesses: guesses.slice(0, MAX_GUESSES),
    unread: unreadColumns(reading),
    reasons: objective === findings.objective.name ? reasons : [...reasons, `${objective}: ${remark}`],
    isClear,
    problems: inspection.problems,
    warnings: initWarnings(findings, rows, { objective, ...learnt }),
    next: nextSteps(written, base, await searchBase()),
  };
}

/** Profiles of the input and target columns under their names in the file. */
function learntColumns({ profiles, columns = {} }: ColumnReading): Omit<LearntColumns, 'objective'> {
  const targets = ['label', 'labels', 'completion', 'score', 'tags'].map((field) =>
    Object.hasOwn(columns, field) ? columnsOf(entryOf(columns, field)) : [field],
  );
  const target = profiles.find(({ name }) => targets.some((names) => names.length === 1 && names[0] === name));
  const named = new Set(Object.values(columns).flatMap(columnsOf));
  return { target, read: profiles.filter((one) => one !== target && named.has(one.name)), all: profiles };
}

function plainColumn({ text = 'text' }: ColumnMapping = {}): string | undefined {
  return typeof text === 'string' ? text : undefined;
}

function writtenRecipe(recipe: string, { path, inspection }: InitFindings, reading: ColumnReading): Written {
  return {
    recipe,
    path,
    text: plainColumn(reading.columns),
    kind: inspection.examples[0]?.kind,
    hasMedia: holdsMedia(inspection),
    decided: decidedColumns(reading),
  };
}

/** Class columns that could be predicted from the text columns. */
function decidedColumns({ profiles, guesses, format, columns }: ColumnReading): Written['decided'] {
  const by = columns?.text === undefined ? [] : columnsOf(columns.text);
  const areTexts = profiles.filter(({ name }) => by.includes(name)).every((column) => textFit(column) >= 0.5);
  if (format !== 'classification' || !areTexts) return { by, columns: [] };
  const targets = new Set(guesses.filter((one) => one.format === 'classification').map(({ target }) => target));
  return { by, columns: profiles.filter((column) => targets.has(column.name) && classFit(column) === 1) };
}

const MAX_GUESSES = 5;

async function understand(
  path: string,
  options: InitOptions,
): Promise<{ reading: ColumnReading; findings: InitFindings }> {
  const { textColumn, labelColumn, answerColumn, format, ask, yes = false } = options;
  const columns = await columnMapping(options.columns);
  const hints = { textColumn, labelColumn, answerColumn, format, columns };
  let reading = await readColumns(path, hints);
  if (ask !== undefined && isOpen(reading, hints)) {
    const answers = await ask.columns(reading);
    if (Object.keys(answers).length > 0) reading = await readColumns(path, { ...hints, ...answers });
    else if (reading.guesses.length > 0) reading = { ...reading, isClear: true };
  }
  if (!(reading.isClear || (yes && isPossible(reading)))) refuseUnclear(path, reading);
  return { reading, findings: await examineForInit(path, reading) };
}

function unreadColumns({ profiles, guesses: [best], reasons }: ColumnReading): string[] {
  if (best === undefined || reasons.length === 0) return [];
  return profiles.map(({ name }) => name).filter((name) => name !== best.target && !best.text.includes(name));
}

/** Whether a table has several possible interpretations and the user stated none. */
function isOpen({ guesses, profiles, columns, isClear }: ColumnReading, hints: InitHints): boolean {
  if (hints.columns !== undefined || hints.labelColumn !== undefined || hints.answerColumn !== undefined) return false;
  if (!isClear) return profiles.length > 0;
  return guesses.length > 0 && (columns !== undefined || hints.textColumn !== undefined);
}

async function mayReplace(file: string, { force = false, ask }: InitOptions): Promise<boolean> {
  if (force || ask === undefined || !existsSync(file)) return force;
  return ask.overwrite(file);
}

async function baseFor(findings: InitFindings, reading: ColumnReading, options: InitOptions): Promise<Base> {
  const { examples } = findings.inspection;
  const base =
    tableBase(findings, reading) ??
    (await suggestBase({
      path: displayPath(findings.path, process.cwd()),
      examples,
      createOptions: createOptions(reading),
    }));
  const model = options.model ?? (await options.ask?.model(base)) ?? base.model;
  if (model === base.model && base.command !== undefined) {
    const isWanted = base.package !== undefined && (options.yes === true || (await options.ask?.fetch(base)) === true);
    return isWanted ? bringBase(base, { log: options.onNotice }) : base;
  }
  if (model === base.model && isCheapModel(model)) return base;
  await checkBase(model, examples);
  return model === base.model ? base : { model, reason: 'as named' };
}

/** Minimum number of rows for fitting trees. */
const FEWEST_TREE_ROWS = 40;

/** Suggests trees for tables of numbers and classes without text: a language model would cost a hundred times as much. */
function tableBase({ objective }: InitFindings, reading: ColumnReading): Base | undefined {
  const { columns } = reading;
  const isFit = objective.name === 'classification' || objective.name === 'regression';
  if (!isFit || columns?.text === undefined || typeof columns.text === 'string') return undefined;
  const { read, target } = learntColumns(reading);
  const rows = target?.filled ?? 0;
  if (read.length === 0 || rows < FEWEST_TREE_ROWS || !read.every(isFeature)) return undefined;
  return { model: 'trees', reason: 'gradient-boosted trees: the columns are numbers and classes, not text' };
}

/** Column options for `attune models create`. */
function createOptions({ format, columns }: ColumnReading): string {
  const mapping = columns === undefined ? '' : ` --columns ${JSON.stringify(flow(columns))}`;
  return `${format === undefined ? '' : ` --format ${format}`}${mapping}`;
}

function flow(columns: ColumnMapping): string {
  return `{${Object.entries(columns)
    .map(
      ([field, source]) =>
        `${field}: ${typeof source === 'string' && /^[\w ]+$/.test(source) ? source : JSON.stringify(source)}`,
    )
    .join(', ')}}`;
}
