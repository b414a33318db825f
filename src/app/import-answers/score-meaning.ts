/** Interprets scores as thumbs, classes or corrections: in other tools, users choose the names. */
import type { ImportedFeedback } from '../../monitoring/index.ts';
import type { ImportedScore } from './imported-answer.ts';

export interface ScoreNames {
  /** Names of scores that are thumbs, in addition to the usual names. */
  thumbs: readonly string[];
  /** Name of the score with the correct class. */
  label?: string;
}

/** How a score was interpreted; `not used` if neither a row nor a signal can be derived from it. */
export type ScoreUse = 'thumb' | 'score' | 'label' | 'correction' | 'comment' | 'not used';

const USUAL_THUMBS = new Set(
  'userfeedback feedback userrating thumb thumbs thumbsup like liked helpful userthumb userthumbs'.split(' '),
);
const UP = new Set('up yes true good positive pass correct like liked helpful thumbsup 1'.split(' '));
const DOWN = new Set('down no false bad negative fail incorrect dislike disliked unhelpful thumbsdown 0 -1'.split(' '));

export function meaningOf(
  { name, kind, value, comment, isMachine }: ImportedScore,
  { thumbs, label }: ScoreNames,
): { use: ScoreUse; said: Pick<ImportedFeedback, 'thumb' | 'score' | 'label' | 'correction' | 'comment'> } {
  const more = comment === undefined || comment === '' ? {} : { comment };
  const isThumb = thumbs.includes(name) || (!isMachine && USUAL_THUMBS.has(plain(name)));
  if (kind === 'correction')
    return typeof value === 'string' && value.trim() !== ''
      ? { use: 'correction', said: { correction: value, ...more } }
      : { use: 'not used', said: {} };
  if (name === label && (typeof value === 'string' || typeof value === 'number'))
    return { use: 'label', said: { label: String(value), ...more } };
  const thumb = isThumb ? thumbOf(value) : undefined;
  if (thumb !== undefined) return { use: 'thumb', said: { thumb, ...more } };
  // Scores of programs count as feedback only if their names are given.
  if (isMachine) return { use: 'not used', said: {} };
  if (kind === 'text' && typeof value === 'string' && value !== '')
    return { use: 'comment', said: { comment: [value, comment ?? ''].filter((one) => one !== '').join('\n') } };
  if (kind === 'number' && typeof value === 'number') return { use: 'score', said: { score: value, ...more } };
  return comment === undefined || comment === '' ? { use: 'not used', said: {} } : { use: 'comment', said: more };
}

function thumbOf(value: ImportedScore['value']): 'up' | 'down' | undefined {
  if (typeof value === 'number') return value > 0 ? 'up' : 'down';
  const word = plain(String(value));
  return UP.has(word) ? 'up' : DOWN.has(word) ? 'down' : undefined;
}

function plain(name: string): string {
  return name.toLowerCase().replaceAll(/[^a-z0-9-]|(?<!^)-/g, '');
}
