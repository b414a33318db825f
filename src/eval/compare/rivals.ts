import type { Comparison, SystemKind } from '../../store/results.ts';
import { isBetter } from '../score.ts';
import type { Scored } from './scored.ts';
import { unableReason } from './unable.ts';

/** Of these kinds, only the best one on rows other than the test rows counts for the verdict. */
const CHOSEN: SystemKind = 'cheap';

/** The system with the best value of a metric; the first of equals. */
export function strongest(systems: readonly Scored[], metric: string): Scored | undefined {
  return systems.reduce<Scored | undefined>((best, next) => {
    const score = next.scores.get(metric);
    if (score === undefined) return best;
    return best === undefined || isBetter(score.value, best.scores.get(metric)?.value, score.better) ? next : best;
  }, undefined);
}

export interface CheapChoice {
  /** Name of the cheap system that was best on rows other than those compared on. */
  name: string;
  on: 'validation';
}

/**
 * What the verdict is about: every other system that can do the task, but only one of the cheap ones. Choosing that one on the test rows
 * would favour it by chance, so it is chosen elsewhere where that can be done.
 */
export function rivalsOf(
  others: readonly Scored[],
  metric: string,
  choice?: CheapChoice,
): Pick<Comparison, 'rivals' | 'cheapChosenOn'> {
  const comparable = others.filter(
    (other) =>
      other.scores.has(metric) && other.kind !== 'variant' && unableReason(other, others, metric) === undefined,
  );
  const cheap = comparable.filter(({ kind }) => kind === CHOSEN);
  const chosen = cheap.find(({ name }) => name === choice?.name);
  const best = chosen ?? strongest(cheap, metric);
  const rivals = comparable.filter(({ kind, name }) => kind !== CHOSEN || name === best?.name).map(({ name }) => name);
  if (best === undefined) return { rivals };
  return { rivals, cheapChosenOn: chosen === undefined || cheap.length === 1 ? 'test' : choice?.on };
}
