import { entryOf } from '../../base/table.ts';
import type { CounterfactualResults, CounterfactualSystem, GroupDifference } from '../assessments/counterfactuals.ts';

/** A difference between a group and its comparison. */
export interface Effect {
  who: string;
  /** Title of the metric, or the answer in quotation marks. */
  what: string;
  pairs: number;
  one: GroupDifference;
}

/** Effects on the deciding metric or on an answer, most certain first. */
export function surestEffects(
  { axes }: CounterfactualSystem,
  { metrics: [deciding] }: Pick<CounterfactualResults, 'metrics'>,
): Effect[] {
  return axes
    .flatMap(({ groups }) =>
      groups.flatMap(({ group, against, pairs, metrics, answers }) => {
        const who = `${group} against ${against}`;
        const metric = deciding === undefined ? undefined : entryOf(metrics, deciding.name);
        return [
          ...(metric === undefined ? [] : [{ who, what: deciding.title, pairs, one: metric }]),
          ...Object.entries(answers).map(([answer, one]) => ({ who, what: `“${answer}”`, pairs, one })),
        ];
      }),
    )
    .filter(({ one }) => one.estimate !== 0)
    .toSorted((a, b) => a.one.pAdjusted - b.one.pAdjusted || a.one.p - b.one.p);
}
