/** Determines the role of each column: as stated by options, recognised by names, or guessed. */
import { AttuneError } from '../../base/errors.ts';
import { missingColumn, type ColumnMapping } from '../../data/columns.ts';
import {
  classFit,
  type ColumnProfile,
  describeValues,
  type Guess,
  guessColumns,
  isAside,
  isClear,
  isLabelName,
  profileColumns,
  quantityFit,
  textFit,
} from '../../data/guess/index.ts';
import { type DataInspection, inspectData } from '../../data/index.ts';
import { parseReference } from '../../training/reference.ts';
import { headingWarnings } from './warnings.ts';

/** The user's statements about the columns. */
export interface InitHints {
  format?: string;
  columns?: ColumnMapping;
  /** Input columns; several are joined. */
  textColumn?: readonly string[];
  /** Target column: a class, several classes, or a number. */
  labelColumn?: string;
  /** Column with the answer to write. */
  answerColumn?: string;
}

export interface ColumnReading {
  profiles: ColumnProfile[];
  /** Guesses, most likely first. */
  guesses: Guess[];
  /** Format and columns for the recipe; absent if the file is recognised without them. */
  format?: string;
  columns?: ColumnMapping;
  /** Whether no confirmation is needed. */
  isClear: boolean;
  /** Reasons, each a sentence. */
  reasons: readonly string[];
}

/** Formats with few, common column names; whether they apply also depends on the other columns. */
const PLAIN = new Set(['classification', 'multilabel', 'regression', 'text', 'prompt_only', 'translation']);

/** Minimum plausibility of a guess that `--yes` accepts. */
const POSSIBLE = 0.5;

/** Determines the columns of a path. */
export async function readColumns(path: string, hints: InitHints): Promise<ColumnReading> {
  checkHints(hints);
  const { format, columns, textColumn: text, labelColumn: label, answerColumn: answer } = hints;
  const isNamed = text !== undefined || label !== undefined || answer !== undefined;
  const said = { profiles: [], guesses: [], format, columns, isClear: true, reasons: [] };
  if (format !== undefined && parseReference(format) !== undefined) return said;
  const profiles = await profileColumns(path);
  if (columns !== undefined) return { ...said, profiles };
  if (isNamed) requireColumns(path, profiles, hints);
  const found = guessColumns(profiles, { text, label, answer, format });
  const guesses = format === undefined ? found : found.filter((guess) => guess.format === format);
  refuseOneClass(path, profiles, { guesses, hints });
  const known = isNamed ? undefined : await recognise(path, format);
  if (known !== undefined && !isUsable(known)) return otherReading(known, { profiles, guesses });
  if (known !== undefined && !isDoubtful(known, guesses, profiles)) return { ...said, profiles, guesses };
  const isSaid = label !== undefined || answer !== undefined || (isNamed && format !== undefined);
  const [best] = guesses;
  if (best === undefined) return { ...said, profiles, guesses, isClear: false };
  const isIdentity = known?.format === best.format && Object.entries(best.columns).every(([a, b]) => a === b);
  const mapping = isIdentity ? {} : { format: best.format, columns: best.columns };
  const { reasons } = best;
  return { profiles, guesses, ...mapping, isClear: isSaid || format !== undefined || isClear(guesses), reasons };
}

/** Recognises a format by the columns' own names; undefined if there is none. */
async function recognise(path: string, format: string | undefined): Promise<DataInspection | undefined> {
  try {
    return await inspectData(path, { format });
  } catch (error) {
    if (error instanceof AttuneError && error.code === 'E_UNKNOWN_FORMAT' && format === undefined) return undefined;
    throw error;
  }
}

function isUsable({ examples, problems }: DataInspection): boolean {
  return examples.length >= problems.length;
}

/**
 * Another interpretation than the one by which rows were recognised but turned out invalid, if its columns are clear
 * and it has a target.
 */
function otherReading(
  known: DataInspection,
  { profiles, guesses }: Pick<ColumnReading, 'profiles' | 'guesses'>,
): ColumnReading {
  const learnt = guesses.filter(({ format, target }) => format !== 'text' && target !== undefined);
  const [best] = learnt;
  const bad = new Set(known.problems.map(({ field = '' }) => field.split(/[.[]/, 1)[0]));
  const isOther = best !== undefined && ![...best.text, best.target!].some((column) => bad.has(column));
  if (!PLAIN.has(known.format) || !isOther || !isClear(learnt)) throw badRows(known);
  const { format, columns, reasons } = best;
  return { profiles, guesses: learnt, format, columns, isClear: true, reasons };
}

const MAX_SHOWN = 3;

/** Error for the first rows if they cannot be used. */
export function badRows({ file, format, reason, examples, problems }: DataInspection): AttuneError {
  const rows = new Set(problems.map(({ line }) => line)).size;
  const which = examples.length === 0 ? 'No row' : `Most of the first ${rows + examples.length} rows`;
  return new AttuneError('E_BAD_ROWS', {
    what: `${which} of ${file} can${examples.length === 0 ? '' : 'not'} be used`,
    got: format === 'unknown' ? undefined : `${format} rows, ${reason}`,
    problems: problems.slice(0, MAX_SHOWN),
    problemCount: problems.length,
    fix:
      `correct these rows (attune data inspect ${quoted(file)} lists all), or choose another interpretation ` +
      'with --format or --columns',
  });
}

const SINGLE: ReadonlySet<string> = new Set(['text', 'number', 'truth']);

/** Rejects a label with a single value: no recipe can learn it, and training on the text alone is not what was meant. */
function refuseOneClass(
  path: string,
  profiles: readonly ColumnProfile[],
  { guesses, hints }: { guesses: readonly Guess[]; hints: InitHints },
): void {
  const { format, labelColumn, answerColumn, textColumn } = hints;
  const isOpen = labelColumn === undefined && answerColumn === undefined && textColumn === undefined;
  if (format !== undefined && format !== 'classification') return;
  if (isOpen && guesses.some((guess) => guess.format !== 'text' && guess.score >= POSSIBLE)) return;
  const single = profiles.filter(({ kind, distinct, filled }) => SINGLE.has(kind) && distinct === 1 && filled > 1);
  const label = isOpen
    ? single.find((column) => isLabelName(column.name))
    : single.find(({ name }) => name === labelColumn);
  if (label === undefined) return;
  const [{ value }] = label.frequent;
  throw new AttuneError('E_ONE_CLASS', {
    what: `${label.name} of ${path} has the same value in all ${label.filled} rows, so there is nothing to learn`,
    got: JSON.stringify(value),
    expected: 'at least two classes',
    fix: 'add rows of other classes, or choose another column with --label-column; --format text trains on the text itself',
  });
}

/**
 * Whether a recognised table may mean something else: its label has the wrong kind of values, or another column could
 * be the target.
 */
function isDoubtful(
  { format }: DataInspection,
  guesses: readonly Guess[],
  profiles: readonly ColumnProfile[],
): boolean {
  if (!PLAIN.has(format) || guesses.length === 0) return false;
  // Whole sentences in "source" and "target" are translations, even if repeated; single words are classes.
  const sides = profiles.filter(({ name }) => name === 'source' || name === 'target');
  return format !== 'translation' || sides.some(({ words }) => words < 2.5);
}

function checkHints(hints: InitHints): void {
  const { columns, textColumn, labelColumn, answerColumn } = hints;
  const named = [textColumn, labelColumn, answerColumn].some((one) => one !== undefined);
  if (columns !== undefined && named)
    throw new AttuneError('E_USAGE', {
      what: 'Columns are given both by --columns and by --text-column, --label-column or --answer-column',
      fix: 'use only one of the two ways',
    });
  if (labelColumn !== undefined && answerColumn !== undefined)
    throw new AttuneError('E_USAGE', {
      what: 'A recipe learns either a label or an answer',
      got: `--label-column ${labelColumn}, --answer-column ${answerColumn}`,
      fix: 'write a recipe for each, with --output',
    });
  const learnt = labelColumn ?? answerColumn;
  if (learnt !== undefined && textColumn?.includes(learnt) === true)
    throw new AttuneError('E_USAGE', {
      what: `${learnt} is both an input and the target`,
      fix: 'a model that reads the answer learns nothing: remove it from --text-column',
    });
}

function requireColumns(path: string, profiles: readonly ColumnProfile[], hints: InitHints): void {
  const present = profiles.map(({ name }) => name);
  const named: [string, string][] = [
    ...(hints.textColumn ?? []).map((name): [string, string] => ['--text-column', name]),
    ...(hints.labelColumn === undefined ? [] : [['--label-column', hints.labelColumn] as [string, string]]),
    ...(hints.answerColumn === undefined ? [] : [['--answer-column', hints.answerColumn] as [string, string]]),
  ];
  const problems = named
    .filter(([, name]) => !present.includes(name))
    .map(([field, name]) => missingColumn(name, present, { file: path, field }));
  if (problems.length === 0) return;
  throw new AttuneError('E_BAD_COLUMNS', {
    what: `Some of the columns are not in ${path}`,
    expected: `some of ${present.join(', ')}`,
    problems,
    fix: 'use columns of the file',
  });
}

const MAX_LISTED = 20;

/** Rejects an ambiguous table: describes its columns, and how to state their roles. @throws AttuneError E_INIT_COLUMNS */
export function refuseUnclear(path: string, { profiles, guesses }: ColumnReading): never {
  const problems = profiles
    .slice(0, MAX_LISTED)
    .map((column) => ({ field: column.name, message: describeColumn(column) }));
  const more = profiles.length - problems.length;
  const headings = headingWarnings(profiles).map((message) => ({ message }));
  const likely = guesses.filter(({ score }) => score >= 0.2).slice(0, 3);
  throw new AttuneError('E_INIT_COLUMNS', {
    what: `It is unclear how the columns of ${path} should be used`,
    got: likely.length === 0 ? undefined : likely.map(({ reasons }) => reasons.join(', ')).join('; or '),
    problems: [...problems, ...(more > 0 ? [{ message: `and ${more} more` }] : []), ...headings],
    fix: adviceFor(path, profiles, likely),
  });
}

/** Commands that work as they are, or what the file lacks. */
function adviceFor(path: string, profiles: readonly ColumnProfile[], likely: readonly Guess[]): string {
  const [best] = likely;
  const other = best !== undefined && best.target === undefined ? otherText(best, profiles) : undefined;
  const answer = other && `--text-column ${quoted(best.text.join(','))} --answer-column ${quoted(other.name)}`;
  const flags = [...(answer === undefined ? [] : [answer]), ...new Set(likely.map(flagsFor))];
  if (flags.length > 0) return `choose: attune init ${quoted(path)} ${flags.join(', or ')}`;
  if (profiles.filter(({ distinct }) => distinct > 1).length < 2)
    return 'set an input column and one to learn, such as text and label, or question and answer';
  const text = profiles.find((column) => textFit(column) > 0);
  const label = profiles.findLast((one) => one !== text && !isAside(one) && classFit(one) + quantityFit(one) > 0);
  const names = [text?.name ?? 'COLUMN', label?.name ?? 'COLUMN'].map((name) => quoted(name));
  return (
    `choose: attune init ${quoted(path)} --text-column ${names[0]} --label-column ${names[1]}; --answer-column ` +
    'for an answer to write'
  );
}

/** Another text column, which may be the answer to write. */
function otherText({ text }: Guess, profiles: readonly ColumnProfile[]): ColumnProfile | undefined {
  return profiles.find((column) => !text.includes(column.name) && textFit(column) >= 0.5);
}

/** Flags for a guess's columns; other columns are found automatically. */
function flagsFor({ format, text, target, columns }: Guess): string {
  const read = `--text-column ${quoted(text.join(','))}`;
  if (target === undefined) return `${read} --format text`;
  if (format === 'prompt_completion') return `${read} --answer-column ${quoted(target)}`;
  if (!LABELLED.has(format)) return `--format ${format} --columns '${JSON.stringify(columns)}'`;
  return text.length > 3 ? `--label-column ${quoted(target)}` : `${read} --label-column ${quoted(target)}`;
}

const LABELLED = new Set(['classification', 'multilabel', 'regression']);

function quoted(word: string): string {
  return /^[\w.,/-]+$/.test(word) ? word : JSON.stringify(word);
}

/** Description of a column: "text of 12 words, another in each row", "text, 4 values in 500 rows: billing, returns, …". */
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

/** Whether `--yes` accepts the guess without confirmation. */
export function isPossible({ isClear: clear, guesses }: ColumnReading): boolean {
  return clear || (guesses[0]?.score ?? 0) >= POSSIBLE;
}
