import { isBetter } from '../score.ts';
import type { Scored } from './scored.ts';

/** Of a system that was not trained: with more of its answers cut, it does not answer but go on. */
const MOST_CUT = 0.5;

/** Cheap systems that give every row the same answer. */
export const CONSTANTS: ReadonlySet<string> = new Set(['majority', 'mean']);

/**
 * Why an untrained system is no rival: it cannot do the task as it stands, so that to be better than it says nothing.
 * A base whose head was never trained loses to a constant answer, or writes on until it is cut.
 */
export function unableReason(system: Scored, others: readonly Scored[], metric: string): string | undefined {
  const { kind, predictions, scores } = system;
  if (kind !== 'base' && kind !== 'prompted' && kind !== 'few_shot') return undefined;
  const cut = predictions.filter(({ finish }) => finish === 'length').length;
  if (cut >= MOST_CUT * predictions.length)
    return `it does not end its answers: ${cut} of ${predictions.length} were cut at the limit of tokens`;
  if (kind !== 'base') return undefined;
  const own = scores.get(metric);
  const constant = others.find(({ name, scores: theirs }) => {
    const score = theirs.get(metric);
    return CONSTANTS.has(name) && score !== undefined && isBetter(score.value, own?.value, score.better);
  });
  return constant && `it has not learned the task: it does worse than ${constant.title}`;
}
