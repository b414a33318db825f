import type { Example } from '../../data/example.ts';
import type { ClassRows } from '../../store/results.ts';
import type { Prediction } from '../../scoring/predictor.ts';
import { labelCounts } from '../rare-classes.ts';
import { givenLabels } from './tally.ts';
import { areClassified } from '../../scoring/prompt-text.ts';

/** By class: training rows, test rows, and rows that the judged system assigns to it. */
export function classRows(
  train: readonly Example[],
  test: readonly Example[],
  predictions: readonly Prediction[],
): ClassRows[] | undefined {
  const isOfClasses = areClassified(test);
  if (test.length === 0 || !isOfClasses) return undefined;
  const [trained, compared] = [labelCounts(train), labelCounts(test)];
  const given = new Map<string, number>();
  for (const prediction of predictions)
    for (const one of givenLabels(prediction)) given.set(one, (given.get(one) ?? 0) + 1);
  const names = [...new Set([...trained.keys(), ...compared.keys()])].toSorted();
  return names.map((label) => ({
    label,
    train: trained.get(label) ?? 0,
    test: compared.get(label) ?? 0,
    given: given.get(label) ?? 0,
  }));
}

/** Classes with test rows that the judged system never predicts. */
export function neverGiven(classes: readonly ClassRows[] = []): ClassRows[] {
  return classes.filter(({ test, given }) => test > 0 && given === 0);
}
