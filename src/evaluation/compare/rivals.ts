import { entryOf } from '../../base/table.ts';
import type { Example } from '../../data/example.ts';
import type { Comparison, SystemKind } from '../../store/results.ts';
import { isBetter } from '../../scoring/score.ts';
import type { Scored } from './scored.ts';
import { tallyOf } from './tally.ts';
import { unableReason } from './unable.ts';

/** Only the best system of this kind, chosen on other rows if possible, counts for the verdict. */
const CHOSEN: SystemKind = 'cheap';

/** The system with the best value of a metric; the first on ties. */
export function strongest(systems: readonly Scored[], metric: string): Scored | undefined {
  return systems.reduce<Scored | undefined>((best, next) => {
    const score = next.scores.get(metric);
    if (score === undefined) return best;
    return best === undefined || isBetter(score.value, best.scores.get(metric)?.value, score.better) ? next : best;
  }, undefined);
}

export interface CheapChoice {
  /** Name of the cheap system that was best on validation rows. */
  name: string;
  on: 'validation';
}

/** Evidence for differences between cheap systems. */
export interface Ground {
  examples: readonly Example[];
  /** Number of rows, or of rows of the rarest class for per-class metrics. */
  evidence: number;
  /** Perfect value of the metric, if it has one. */
  best?: number;
  /** The class to find, if there is one. */
  positive?: string;
}

/**
 * Rivals for the verdict: every other system that can do the task, but only one of the cheap ones. Choosing that one on
 * the test rows would favour it by chance, so it is chosen on validation rows if possible, unless the test rows clearly
 * contradict the choice: a handful of validation rows may be less reliable.
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

/**
 * Whether one system leads by more than the chance variation of so few rows, in value or in rows of the positive class
 * found.
 */
export function isClearlyAhead(
  [first, second]: readonly [Scored, Scored],
  metric: string,
  { examples, evidence, best, positive }: Ground,
): boolean {
  const [score, other] = [first, second].map(({ scores }) => scores.get(metric));
  if (score === undefined || !isBetter(score.value, other?.value, score.better)) return false;
  if (other === undefined) return true;
  const scale = best !== undefined && best > 0 ? best : Math.abs(other.value);
  // Within the standard error of a share over this many rows.
  if (Math.abs(score.value - other.value) > (scale * 0.5) / Math.sqrt(Math.max(1, evidence))) return true;
  if (positive === undefined) return false;
  const [mine, theirs] = [first, second].map((one) => entryOf(tallyOf(one, examples, { metric }).byClass, positive));
  if (mine === undefined || theirs === undefined) return false;
  return mine.found > theirs.found && mine.given - mine.found <= theirs.given - theirs.found;
}
