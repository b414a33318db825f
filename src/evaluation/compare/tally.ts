import type { Example } from '../../data/example.ts';
import type { ComparedSystem } from '../../store/results.ts';
import { areClassified, expectedText, haveOneClass, rowLabels } from '../../scoring/prompt-text.ts';
import type { Prediction } from '../../scoring/predictor.ts';
import type { Scored } from './scored.ts';
import type { Costs } from '../spoken-costs.ts';

type Tally = Pick<ComparedSystem, 'right' | 'byClass' | 'cost'>;

/** Counts for readers who do not know metrics: right answers, rows found, and the cost of errors. */
export function tallyOf(
  { predictions, scores }: Scored,
  examples: readonly Example[],
  { metric, costs }: { metric: string; costs?: Costs },
): Tally {
  if (areClassified(examples)) {
    return tallyClasses(predictions, examples, costs);
  }
  const score = scores.get(metric);
  const isRightOrWrong = score !== undefined && score.statistic === undefined;
  if (!isRightOrWrong || !score.rows.every((value) => value === 0 || value === 1)) return {};
  return { right: score.rows.reduce((sum, value) => sum + value, 0) };
}

function tallyClasses(predictions: readonly Prediction[], examples: readonly Example[], costs?: Costs): Tally {
  const tally = new Map<string, { found: number; given: number; rows: number }>();
  const of = (label: string) => {
    const known = tally.get(label) ?? { found: 0, given: 0, rows: 0 };
    tally.set(label, known);
    return known;
  };
  let right = 0;
  for (const [row, example] of examples.entries()) {
    const [are, given] = [new Set(rowLabels(example)), new Set(givenLabels(predictions[row]))];
    for (const label of are) of(label).rows++;
    for (const label of given) {
      of(label).given++;
      if (are.has(label)) of(label).found++;
    }
    if (are.symmetricDifference(given).size === 0) right++;
  }
  const cost = Object.entries(costs ?? {}).reduce((sum, [label, { missed, false_alarm: alarm }]) => {
    const { found, given, rows } = of(label);
    return sum + missed * (rows - found) + alarm * (given - found);
  }, 0);
  const byClass = Object.fromEntries([...tally].map(([label, { found, given }]) => [label, { found, given }]));
  return { right, byClass, ...(costs !== undefined && { cost }) };
}

/** The classes that an answer assigns. */
export function givenLabels({ text, label, labels }: Prediction): readonly string[] {
  return labels ?? [(label ?? text ?? '').trim()];
}

/** Whether the answer to a row with one class is right; undefined for other rows. */
export function isRight(prediction: Prediction, example: Example): boolean | undefined {
  if (!haveOneClass([example])) return undefined;
  return givenLabels(prediction)[0] === expectedText(example)?.trim();
}
