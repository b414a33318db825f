/** Human preferences: rows {id, choice} of a file, or the log of a review. */
import { existsSync } from 'node:fs';
import { AttuneError } from '../../base/errors.ts';
import { checkedRows } from '../../data/checked-rows.ts';
import type { Choice } from './answer-pairs.ts';

/** `neither`: both answers are bad, which is a tie. */
export type HumanChoice = Choice | 'neither';

export interface HumanLabel {
  /** Id of the pair. */
  id: string;
  choice: HumanChoice;
  reviewer: string;
  /** The answer that was shown first. */
  order?: 'ab' | 'ba';
  seconds?: number;
  /** Ratings of `a` and `b` by criterion. */
  ratings?: Readonly<Record<string, readonly [number, number]>>;
  /** A correct answer written by the reviewer. */
  edit?: string;
  /** Problems of the pair: unsafe, personal data. */
  flags?: readonly string[];
  /** An adjudicator's choice decides disagreements. */
  role?: 'adjudicator';
  /** Gold pairs: the known better answer. */
  gold?: HumanChoice;
}

const CHOICES: readonly unknown[] = ['a', 'b', 'tie', 'neither'];

/** Each reviewer's last choice for each pair, without undone ones. @throws AttuneError E_LABELS */
export async function readLabels(file: string): Promise<HumanLabel[]> {
  if (!existsSync(file)) throw new AttuneError('E_LABELS', { what: `${file} does not exist` });
  const { rows, problems } = await checkedRows(file, (value, refuse) => {
    const fault = labelFault(value);
    return fault === undefined ? (value as unknown as HumanLabel & { undone?: boolean }) : refuse(fault);
  });
  const labels = new Map<string, HumanLabel>();
  for (const row of rows) enter(row, labels);
  if (problems.length === 0) return [...labels.values()];
  throw new AttuneError('E_LABELS', {
    what: `${file} does not contain preferences`,
    expected: 'rows {id, choice} with a, b, tie or neither as choice, or a review log',
    problems,
  });
}

/** Fault of a row; undefined if it is a label. */
export function labelFault({ id, choice, undone, reviewer, edit, flags }: Record<string, unknown>): string | undefined {
  if (typeof id !== 'string' && typeof id !== 'number') return 'has no id';
  if (reviewer !== undefined && typeof reviewer !== 'string') return 'its reviewer is not text';
  if (edit !== undefined && typeof edit !== 'string') return 'its edit is not text';
  if (flags !== undefined && !Array.isArray(flags)) return 'its flags are not a list';
  if (undone === true || CHOICES.includes(choice)) return undefined;
  return choice === undefined ? 'has no choice' : `${JSON.stringify(choice)} is not a choice`;
}

function enter({ undone, ...label }: HumanLabel & { undone?: boolean }, labels: Map<string, HumanLabel>): void {
  const { reviewer = '' } = label;
  const key = JSON.stringify([String(label.id), reviewer]);
  // A repeated choice moves to the end.
  labels.delete(key);
  if (undone !== true) labels.set(key, { ...label, id: String(label.id), reviewer });
}

/** The decisive labels: an adjudicator's choice replaces the reviewers'. */
export function decisiveLabels<Label extends HumanLabel>(labels: readonly Label[]): Label[] {
  const decided = new Set(labels.filter(({ role }) => role === 'adjudicator').map(({ id }) => id));
  return labels.filter(({ id, role }) => role === 'adjudicator' || !decided.has(id));
}

/** The majority's or adjudicator's choice for each pair; a tie without a majority. */
export function majorities(labels: readonly HumanLabel[]): Map<string, Choice> {
  const counts = new Map<string, Record<Choice, number>>();
  for (const { id, choice, gold } of decisiveLabels(labels)) {
    if (gold !== undefined) continue;
    const count = counts.get(id) ?? { a: 0, b: 0, tie: 0 };
    count[preferred(choice)]++;
    counts.set(id, count);
  }
  return new Map(
    [...counts].map(([id, { a, b, tie }]) => [id, a > b && a > tie ? 'a' : b > a && b > tie ? 'b' : 'tie']),
  );
}

export function preferred(choice: HumanChoice): Choice {
  return choice === 'neither' ? 'tie' : choice;
}
