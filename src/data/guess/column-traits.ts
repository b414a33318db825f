import { nameFit, type Role } from './column-names.ts';
import type { ColumnProfile } from './column-profile.ts';

/** With fewer rows, unique values mean nothing. */
const ENOUGH_ROWS = 20;
/** Mean number of words below which a text is a name or class rather than a sentence. */
const SENTENCE = 2.5;
/** Maximum number of distinct integers that may be classes. */
const MAX_NUMBERED_CLASSES = 10;

/** Share of distinct values. */
export function variety({ distinct, filled }: ColumnProfile): number {
  return filled === 0 ? 0 : distinct / filled;
}

export function isNamed(column: ColumnProfile, ...roles: Role[]): boolean {
  return roles.some((role) => nameFit(column.name, role) >= 0.8);
}

/** Whether a column is named like a label. */
export function isLabelName(name: string): boolean {
  return nameFit(name, 'label') >= 0.8 || nameFit(name, 'labels') >= 0.8;
}

/** Ids, times, people and places of origin: metadata rather than content. */
export function isAside(column: ColumnProfile): boolean {
  if (['date', 'address', 'empty', 'structure'].includes(column.kind)) return true;
  if (/^(column \d+|unnamed.*|index|)$/i.test(column.name)) return true;
  return (isNamed(column, 'id', 'user') && column.words < SENTENCE) || isCode(column);
}

/** People with several rows. */
export function isRepeatedPerson(column: ColumnProfile): boolean {
  return isNamed(column, 'user') && column.distinct > 1 && variety(column) < 1 && column.words < SENTENCE;
}

/** German "Tag" means a day if the values are numbers or dates, and a label if they are text. */
export function isTime(column: ColumnProfile): boolean {
  return column.kind === 'number' && isNamed(column, 'time');
}

/** Codes such as `A-1039`: single words with digits, mostly distinct. */
function isCode(column: ColumnProfile): boolean {
  if (column.kind !== 'text' || column.words > 1.2 || column.filled < ENOUGH_ROWS || variety(column) < 0.95)
    return false;
  return column.frequent.every(({ value }) => /\d/.test(value));
}

/** Distinct numbers named as ids or counting up, from which nothing can be learnt. */
export function isRunningNumber(column: ColumnProfile): boolean {
  const { kind, isWhole, filled, distinct } = column;
  if (kind !== 'number' || !isWhole || filled < ENOUGH_ROWS || distinct < filled) return false;
  return isNamed(column, 'id') || column.isCounting;
}

/** Degree to which a column is text, from 0 to 1. */
export function textFit(column: ColumnProfile): number {
  if (column.kind !== 'text' || isAside(column)) return 0;
  const isSentence = column.words >= SENTENCE && (variety(column) > 0.2 || column.filled < ENOUGH_ROWS);
  if (isSentence) return 1;
  if (isNamed(column, 'text', 'prompt', 'answer', 'query') && variety(column) > 0.3) return 0.8;
  return variety(column) > 0.8 ? 0.4 : 0;
}

/** Degree to which values are classes, from 0 to 1: few, each in many rows. */
export function classFit(column: ColumnProfile): number {
  if (!['text', 'number', 'truth'].includes(column.kind) || column.distinct < 2) return 0;
  if (column.kind === 'number' && !isNumberedClass(column)) return 0;
  if (column.filled < ENOUGH_ROWS) return variety(column) < 1 ? fewWords(column) : 0.6 * fewWords(column);
  if (variety(column) > 0.8) return 0;
  return (variety(column) > 0.5 ? 0.4 : 1) * fewWords(column);
}

function fewWords({ words }: ColumnProfile): number {
  return words > 8 ? 0.2 : 1;
}

/** A few integers, each repeated: stars, grades, 0 and 1. */
export function isNumberedClass(column: ColumnProfile): boolean {
  const isFew = column.distinct <= MAX_NUMBERED_CLASSES && (column.distinct <= 2 || variety(column) <= 0.5);
  return column.kind === 'number' && column.isWhole && isFew;
}

/** Degree to which a column contains quantities, from 0 to 1. */
export function quantityFit(column: ColumnProfile): number {
  if (column.kind !== 'number' || column.distinct < 3) return 0;
  return isNumberedClass(column) ? 0 : 1;
}

/** Degree to which cells contain several classes, from 0 to 1. */
export function severalFit(column: ColumnProfile): number {
  const { kind, several, filled, distinctParts, items } = column;
  if (kind !== 'text' && kind !== 'list') return 0;
  if (several < (kind === 'list' ? 1 : 0.1 * filled)) return 0;
  const parts = items * filled;
  return distinctParts <= 0.5 * parts || parts < ENOUGH_ROWS ? 1 : 0;
}

/** Feature of a table of numbers and classes: not an id, a text or a constant. */
export function isFeature(column: ColumnProfile): boolean {
  if (isAside(column) || isNamed(column, 'origin') || column.distinct < 2) return false;
  if (column.kind === 'number' || column.kind === 'truth') return true;
  return column.kind === 'text' && (variety(column) <= 0.5 || column.filled < ENOUGH_ROWS);
}
