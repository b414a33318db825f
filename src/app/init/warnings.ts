/** Warnings about data that can be used for training, but not with good results. */
import { plural } from '../../base/format.ts';
import type { ColumnProfile } from '../../data/guess/index.ts';
import { isLabelName, isRunningNumber } from '../../data/guess/index.ts';
import type { DataInspection } from '../../data/index.ts';
import type { UsualObjective } from '../usual-objective.ts';

/** Findings about the data for the recipe. */
export interface InitFindings {
  /** Path as the user wrote it. */
  path: string;
  inspection: DataInspection;
  objective: UsualObjective;
  /** Columns whose values may define groups of related rows. */
  groupColumns: string[];
  /** A column with a date in every row. */
  timeColumn?: string;
}

/** With fewer rows there is almost nothing to learn from or to evaluate on. */
const VERY_FEW = 20;
/** With fewer test rows, each has a large influence on the result. */
const FEW_TESTED = 20;
const TEST_SHARE = 0.1;
/** Share of distinct values above which a column does not look like classes. */
const MOST_CLASSES = 0.5;
const SHOWN = 3;
const RUNNING = 'a row number or an id';

export interface LearntColumns {
  objective: string;
  /** Input columns, and the target column if there is one. */
  read: readonly ColumnProfile[];
  target?: ColumnProfile;
  /** All columns of the file in order. */
  all: readonly ColumnProfile[];
}

/** Warnings, each a sentence with advice. */
export function initWarnings({ inspection }: InitFindings, rows: number, columns: LearntColumns): string[] {
  const { target, objective, read, all } = columns;
  const constant = read.filter(({ distinct, filled }) => distinct === 1 && filled > 1).map(({ name }) => name);
  return [
    ...readingWarnings(inspection),
    ...headingWarnings(all),
    ...(target === undefined ? [] : [...constantLabels(all, target), ...targetWarnings(target, objective)]),
    ...read
      .filter(isRunningNumber)
      .map(({ name }) => `${name} is ${RUNNING}: nothing learnt from it applies to new rows`),
    ...(constant.length > 0
      ? [`${constant.join(', ')}: the same value in all rows, so it carries no information`]
      : []),
    ...(inspection.splits.length > 0 ? [] : countWarnings(rows)),
  ];
}

function readingWarnings({ file, encoding, decimalCommas, problems }: InitFindings['inspection']): string[] {
  const [first] = problems;
  const bad = new Set(problems.map(({ line }) => line)).size;
  const reason = first && `${first.field === undefined ? '' : `${first.field} `}${first.message}`;
  return [
    ...(encoding === undefined ? [] : [`${file} is not UTF-8: read as ${encoding}`]),
    ...(decimalCommas === undefined ? [] : [`numbers with a decimal comma in ${decimalCommas.join(', ')}`]),
    ...(first === undefined
      ? []
      : [
          `${bad} of the first rows cannot be used, line ${first.line}: ${reason}; correct them, or leave ` +
            'them out with strict: false under data',
        ]),
  ];
}

/** If a file has no header, its first row is taken for one and lost. */
export function headingWarnings(all: readonly ColumnProfile[]): string[] {
  const odd = all.filter(looksLikeValue).map(({ name }) => name);
  if (odd.length === 0) return [];
  const look = odd.length === 1 ? 'looks like a value' : 'look like values';
  return [`the first line is read as column names, but ${odd.join(', ')} ${look}: add a header line`];
}

function looksLikeValue({ name, kind, frequent }: ColumnProfile): boolean {
  return (
    (kind === 'number' && /^-?\d+[.,]\d+$/.test(name.trim())) ||
    frequent.some(({ value, rows }) => value === name && rows > 1)
  );
}

/** A constant column that is named like a label is probably the intended target, and another was used instead. */
function constantLabels(all: readonly ColumnProfile[], target: ColumnProfile): string[] {
  return all
    .filter((one) => one !== target && isLabelName(one.name) && one.distinct === 1 && one.filled > 1)
    .map(
      ({ name, frequent: [{ value }] }) =>
        `${name} is ${value} in all rows: ${target.name} is used as the target instead`,
    );
}

function targetWarnings(target: ColumnProfile, objective: string): string[] {
  const { name, distinct, filled, alike } = target;
  const warnings: string[] = [];
  if (isRunningNumber(target)) warnings.push(`${name} is ${RUNNING}: nothing learnt from it applies to new rows`);
  else if (objective === 'classification' && filled >= VERY_FEW && distinct > MOST_CLASSES * filled)
    warnings.push(`${name} has ${distinct} classes in ${filled} rows: it looks like an id or a number, not a class`);
  if (objective !== 'regression' && alike.length > 0) {
    const shown = alike.slice(0, SHOWN).map((values) => values.map((value) => JSON.stringify(value)).join(' and '));
    warnings.push(`labels that differ only by case or white space count as different: ${shown.join('; ')}`);
  }
  return warnings;
}

function countWarnings(rows: number): string[] {
  if (rows < VERY_FEW) return [`${plural(rows, 'rows')} in all: too few to learn from, or to evaluate a result`];
  const tested = Math.round(TEST_SHARE * rows);
  if (tested >= FEW_TESTED) return [];
  const points = Math.round(100 / tested);
  return [
    `${rows} rows leave ${tested} for the test, each worth ${points} points of the result: more rows give better estimates`,
  ];
}
