import { entryOf } from '../../base/table.ts';
import type { Example } from '../../data/example.ts';
import type { Comparison, SystemKind } from '../../store/results.ts';
import { isBetter } from '../../scoring/score.ts';
import type { Scored } from './scored.ts';
import { tallyOf } from './tally.ts';
import { unableReason } from './unable.ts';

/** Only the best system of this kind, judged on rows other than the test rows, counts for the verdict. */
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

/** Evidence for differences between cheap systems. */
export interface Ground {
  examples: readonly Example[];
  /** Pieces of evidence: rows, or those of the rarest class for a figure over classes. */
  evidence: number;
  /** A perfect value of the metric, where there is one. */
  best?: number;
  /** The class to find, where there is one. */
  positive?: string;
}

/**
 * Rivals for the verdict: every other system that can do the task, but only one of the cheap ones. Choosing that one
 * on the test rows would favour it by chance, so it is chosen on other rows if possible; but not against plain
 * evidence of the test rows, since a handful of validation rows may know less.
 */
export function rivalsOf(
  others: readonly Scored[],
  metric: string,
  { choice, ground }: { choice?: CheapChoice; ground: Ground },
): Pick<Comparison, 'rivals' | 'cheapChosenOn'> {
  const comparable = others.filter(
    (other) =>
      other.scores.has(metric) && other.kind !== 'variant' && unableReason(other, others, metric) === undefined,
  );
  const cheap = comparable.filter(({ kind }) => kind === CHOSEN);
  const named = cheap.find(({ name }) => name === choice?.name);
  const top = strongest(cheap, metric);
  const isOutdone = named !== undefined && top !== undefined && isClearlyAhead([top, named], metric, ground);
  const chosen = isOutdone ? undefined : named;
  const best = chosen ?? top;
  const rivals = comparable.filter(({ kind, name }) => kind !== CHOSEN || name === best?.name).map(({ name }) => name);
  if (best === undefined) return { rivals };
  return { rivals, cheapChosenOn: chosen === undefined || cheap.length === 1 ? 'test' : choice?.on };
}

/** Ahead by more than so few rows vary by chance, or by what both find of the class to find. */
export function isClearlyAhead(
  [first, second]: readonly [Scored, Scored],
  metric: string,
  { examples, evidence, best, positive }: Ground,
): boolean {
  const [score, other] = [first, second].map(({ scores }) => scores.get(metric));
  if (score === undefined || !isBetter(score.value, other?.value, score.better)) return false;
  if (other === undefined) return true;
  const scale = best !== undefined && best > 0 ? best : Math.abs(other.value);
  // Within the standard error of a share of this many rows.
  if (Math.abs(score.value - other.value) > (scale * 0.5) / Math.sqrt(Math.max(1, evidence))) return true;
  if (positive === undefined) return false;
  const [mine, theirs] = [first, second].map((one) => entryOf(tallyOf(one, examples, { metric }).byClass, positive));
  if (mine === undefined || theirs === undefined) return false;
  return mine.found > theirs.found && mine.given - mine.found <= theirs.given - theirs.found;
}
