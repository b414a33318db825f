/** Which columns of the user's data are what: what was said, what is recognised, and what is guessed. */
import { AttuneError } from '../../base/errors.ts';
import { missingColumn, type ColumnMapping } from '../../data/columns.ts';
import {
  type ColumnProfile,
  describeValues,
  type Guess,
  guessColumns,
  isClear,
  profileColumns,
} from '../../data/guess/index.ts';
import { type DataInspection, inspectData } from '../../data/index.ts';
import { parseReference } from '../../train/reference.ts';

/** How rows are to be understood. */
export interface InitHints {
  format?: string;
  columns?: ColumnMapping;
  /** The columns that are read; several are joined. */
  textColumns?: readonly string[];
  /** The column that is learnt: a class, several, or a number. */
  labelColumn?: string;
  /** The column with the answer that is to be written. */
  answerColumn?: string;
}

export interface ColumnReading {
  profiles: ColumnProfile[];
  /** Likeliest first. */
  guesses: Guess[];
  /** What the recipe must say; neither where the file is understood without a word. */
  format?: string;
  columns?: ColumnMapping;
  /** Nobody has to be asked. */
  isClear: boolean;
  /** Why, a sentence each. */
  reasons: readonly string[];
}

/** Formats of few columns with names that many tables have: what else is in the table counts too. */
const PLAIN = new Set(['classification', 'multilabel', 'regression', 'text', 'prompt_only', 'translation']);

/** Below this even `--yes` takes no reading. */
const POSSIBLE = 0.5;

/**
 * What the columns of a path are.
 * @throws AttuneError as `inspectData`; E_BAD_COLUMNS for columns that are not there; E_USAGE for what contradicts itself
 */
export async function readColumns(path: string, hints: InitHints): Promise<ColumnReading> {
  checkHints(hints);
  const { format, columns, textColumns: text, labelColumn: label, answerColumn: answer } = hints;
  const isNamed = text !== undefined || label !== undefined || answer !== undefined;
  const said = { profiles: [], guesses: [], format, columns, isClear: true, reasons: [] };
  if (columns !== undefined || (format !== undefined && parseReference(format) !== undefined)) return said;
  const profiles = await profileColumns(path);
  if (isNamed) requireColumns(path, profiles, hints);
  const found = guessColumns(profiles, { text, label, answer, format });
  const guesses = format === undefined ? found : found.filter((guess) => guess.format === format);
  const known = isNamed ? undefined : await recognise(path, format);
  if (known !== undefined && !isDoubtful(known, guesses, profiles)) return { ...said, profiles, guesses };
  const isSaid = label !== undefined || answer !== undefined || (isNamed && format !== undefined);
  const [best] = guesses;
  if (best === undefined) return { ...said, profiles, guesses, isClear: false };
  const isIdentity = known?.format === best.format && Object.entries(best.columns).every(([a, b]) => a === b);
  const mapping = isIdentity ? {} : { format: best.format, columns: best.columns };
  const { reasons } = best;
  return { profiles, guesses, ...mapping, isClear: isSaid || format !== undefined || isClear(guesses), reasons };
}

/** The format of a path whose columns need no mapping; undefined where there is none, or most rows do not fit it. */
async function recognise(path: string, format: string | undefined): Promise<DataInspection | undefined> {
  try {
    const inspection = await inspectData(path, { format });
    return inspection.examples.length >= inspection.problems.length ? inspection : undefined;
  } catch (error) {
    if (error instanceof AttuneError && error.code === 'E_UNKNOWN_FORMAT' && format === undefined) return undefined;
    throw error;
  }
}

/** Whether a recognised table may be something else: its label is none, or another column could be learnt. */
function isDoubtful(
  { format }: DataInspection,
  guesses: readonly Guess[],
  profiles: readonly ColumnProfile[],
): boolean {
  if (!PLAIN.has(format) || guesses.length === 0) return false;
  // Whole sentences in "source" and "target" are translations, however often they recur; a single word is a class.
  const sides = profiles.filter(({ name }) => name === 'source' || name === 'target');
  return format !== 'translation' || sides.some(({ words }) => words < 2.5);
}

function checkHints(hints: InitHints): void {
  const { columns, textColumns, labelColumn, answerColumn } = hints;
  const named = [textColumns, labelColumn, answerColumn].some((one) => one !== undefined);
  if (columns !== undefined && named)
    throw new AttuneError('E_USAGE', {
      what: 'The columns are named twice: by --columns and by --text-column, --label-column or --answer-column',
      fix: 'name them one way',
    });
  if (labelColumn !== undefined && answerColumn !== undefined)
    throw new AttuneError('E_USAGE', {
      what: 'A recipe learns a label or an answer, not both',
      got: `--label-column ${labelColumn}, --answer-column ${answerColumn}`,
      fix: 'write a recipe for each, with --output',
    });
  const learnt = labelColumn ?? answerColumn;
  if (learnt !== undefined && textColumns?.includes(learnt) === true)
    throw new AttuneError('E_USAGE', {
      what: `${learnt} is both text and what is learnt`,
      fix: 'a model that reads the answer learns nothing: leave it out of --text-column',
    });
}

function requireColumns(path: string, profiles: readonly ColumnProfile[], hints: InitHints): void {
  const present = profiles.map(({ name }) => name);
  const named: [string, string][] = [
    ...(hints.textColumns ?? []).map((name): [string, string] => ['--text-column', name]),
    ...(hints.labelColumn === undefined ? [] : [['--label-column', hints.labelColumn] as [string, string]]),
    ...(hints.answerColumn === undefined ? [] : [['--answer-column', hints.answerColumn] as [string, string]]),
  ];
  const problems = named
    .filter(([, name]) => !present.includes(name))
    .map(([field, name]) => missingColumn(name, present, { file: path, field }));
  if (problems.length === 0) return;
  throw new AttuneError('E_BAD_COLUMNS', {
    what: `Columns that were named are not in ${path}`,
    expected: `some of ${present.join(', ')}`,
    problems,
    fix: 'name columns that the file has',
  });
}

const MAX_LISTED = 20;

/** Refuses to guess: what the columns hold, and how to say which is which. @throws AttuneError E_INIT_COLUMNS */
export function refuseUnclear(path: string, { profiles, guesses }: ColumnReading): never {
  const problems = profiles
    .slice(0, MAX_LISTED)
    .map((column) => ({ field: column.name, message: describeColumn(column) }));
  const more = profiles.length - problems.length;
  const likely = guesses.filter(({ score }) => score >= 0.2).slice(0, 3);
  throw new AttuneError('E_INIT_COLUMNS', {
    what: `It is not clear which column of ${path} is what`,
    got: likely.length === 0 ? undefined : likely.map(({ reasons }) => reasons.join(', ')).join('; or '),
    problems: more > 0 ? [...problems, { message: `and ${more} more` }] : problems,
    fix: `say which: ${exampleFlags(path, profiles)}; --answer-column COLUMN where an answer is to be written, --format text for running text`,
  });
}

function exampleFlags(path: string, profiles: readonly ColumnProfile[]): string {
  const text = profiles.find(({ kind }) => kind === 'text') ?? profiles.at(0);
  const label = profiles.findLast((column) => column !== text) ?? text;
  const quoted = (name: string | undefined): string =>
    name !== undefined && /^[\w.,/-]+$/.test(name) ? name : `"${name ?? 'COLUMN'}"`;
  return `attune init ${quoted(path)} --text-column ${quoted(text?.name)} --label-column ${quoted(label?.name)}`;
}

/** "text of 12 words, another in each row", "text, 4 values in 500 rows: billing, returns, …" */
export function describeColumn(column: ColumnProfile): string {
  const { kind, distinct, filled, rows } = column;
  const what = { truth: 'true or false', structure: 'objects', list: 'lists', empty: 'empty' }[kind as string] ?? kind;
  if (kind === 'empty') return what;
  const missing = filled < rows ? `, ${rows - filled} missing` : '';
  if (distinct === filled && filled > 1) return `${what}${length(column)}, another in each row${missing}`;
  return `${what}${length(column)}, ${describeValues(column)}${missing}`;
}

function length({ kind, words }: ColumnProfile): string {
  return kind === 'text' && words >= 2.5 ? ` of ${Math.round(words)} words` : '';
}

/** Whether a reading may be taken with `--yes` though nobody has confirmed it. */
export function isPossible({ isClear: clear, guesses }: ColumnReading): boolean {
  return clear || (guesses[0]?.score ?? 0) >= POSSIBLE;
}
