import { isUntrained } from '../../store/asking-ways.ts';
import { isBetter } from '../../scoring/score.ts';
import type { Scored } from './scored.ts';

/** An untrained system with a larger share of truncated answers continues the prompt instead of answering it. */
const MOST_CUT = 0.5;

/** Cheap systems that give every row the same answer. */
export const CONSTANTS: ReadonlySet<string> = new Set(['majority', 'mean']);

/**
 * Reason why an untrained system is not a rival: if it cannot do the task at all, being better than it means nothing. A
 * base with an untrained head loses to a constant answer, or generates until the token limit.
 */
export function unableReason(system: Scored, others: readonly Scored[], metric: string): string | undefined {
  const { kind, predictions, scores } = system;
  if (!isUntrained(kind)) return undefined;
  const cut = predictions.filter(({ finish }) => finish === 'length').length;
  if (cut >= MOST_CUT * predictions.length)
    return `it does not end its answers: ${cut} of ${predictions.length} were cut off at the token limit`;
  if (kind !== 'base') return undefined;
  const own = scores.get(metric);
  const constant = others.find(({ name, scores: theirs }) => {
    const score = theirs.get(metric);
    return CONSTANTS.has(name) && score !== undefined && isBetter(score.value, own?.value, score.better);
  });
  return constant && `it has not learned the task: it does worse than ${constant.title}`;
}
