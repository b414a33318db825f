import type { Comparison } from '../../store/results.ts';
import { cheapModelName } from '../../answering/baselines/cheap-names.ts';
import { conclusionOf } from './conclusion.ts';

/** The cheap system that a comparison recommends instead of the judged one, as a recipe names it: "tfidf". */
export function keepableCheap(comparison: Comparison): string | undefined {
  const { use } = conclusionOf(comparison);
  const system = comparison.systems.find(({ name }) => name === use);
  if (system === undefined || system.kind !== 'cheap' || use === comparison.subject) return undefined;
  return cheapModelName(system.name);
}
