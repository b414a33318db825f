/** Groups that a row belongs to: by columns, and by the people its texts mention. */
import { valueAt } from '../data/columns.ts';
import { groupOf } from '../data/fairness/change-nationality.ts';
import { mentionsIn } from '../data/fairness/mentions.ts';
import { nationalitiesIn } from '../data/fairness/nationalities.ts';
import type { RowGroups } from '../scoring/statistics/group-tally.ts';

export interface GroupsWanted {
  /** Dotted paths of group columns. */
  columns: readonly string[];
  /** Whether groups are detected in texts: genders and origins, by words and names. */
  mentions: boolean;
}

/** Columns that contain a class. */
const LABELS = ['label', 'labels', 'category'];
/** A longer answer is a text rather than a class. */
const LABEL_LENGTH = 60;

export function groupsOfRow(
  values: Record<string, unknown>,
  text: string,
  { columns, mentions }: GroupsWanted,
): RowGroups[] {
  const told = columns.map((axis): RowGroups => ({ axis, by: 'column', groups: namesOf(valueAt(values, axis)) }));
  return mentions ? [...told, ...mentionedGroups(text)] : told;
}

/** A row's classes, from the given column or a usual one. */
export function labelsOf(values: Record<string, unknown>, column?: string): string[] {
  const named = column ?? LABELS.find((name) => Object.hasOwn(values, name));
  return named === undefined ? [] : namesOf(valueAt(values, named));
}

/** Expected answers of a row that can be counted: its classes, or a short answer. */
export function answersOf(values: Record<string, unknown>, column?: string): string[] {
  const labels = labelsOf(values, column);
  if (labels.length > 0 || column !== undefined) return labels;
  const { completion, output, messages } = values;
  const last = Array.isArray(messages) ? (messages.at(-1) as { content?: unknown } | undefined)?.content : undefined;
  const answer = completion ?? output ?? last;
  return typeof answer === 'string' && answer.length <= LABEL_LENGTH ? [answer.trim()] : [];
}

function namesOf(value: unknown): string[] {
  const given = [value].flat().filter((one) => ['string', 'number', 'boolean'].includes(typeof one) && one !== '');
  return [...new Set(given.map(String))];
}

function mentionedGroups(text: string): RowGroups[] {
  const { words, found } = mentionsIn(text);
  const genders = new Set(found.flatMap(({ gender }) => gender ?? []));
  // A name that is common in several places indicates none of them.
  const origins = new Set(found.flatMap(({ name }) => (name?.origins.length === 1 ? name.origins : [])));
  const nationalities = new Set(nationalitiesIn(words).found.map(({ nationality }) => groupOf(nationality)));
  return [
    { axis: 'gender', by: 'mentions', groups: [...genders].toSorted() },
    { axis: 'origin', by: 'mentions', groups: [...origins].toSorted() },
    { axis: 'nationality', by: 'mentions', groups: [...nationalities].toSorted() },
  ];
}
