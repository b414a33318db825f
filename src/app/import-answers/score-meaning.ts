/** Which scores of an export are thumbs, right classes or corrections: other tools let everybody name them. */
import type { ImportedFeedback } from '../../monitoring/index.ts';
import type { ImportedScore } from './imported-answer.ts';

export interface ScoreNames {
  /** Scores that say whether an answer was good, besides those with a usual name. */
  thumbs: readonly string[];
  /** The score that names the right class. */
  label?: string;
}

/** How a score was read; `not used` says nothing that a row or a signal can be made of. */
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
  // Programs' scores count as feedback only if they are named.
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
