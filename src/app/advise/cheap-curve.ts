import { entryOf } from '../../base/table.ts';
import type { Example } from '../../data/index.ts';
import { chooseCheapest, decidingWell, fitCheap } from '../../eval/compare/cheap.ts';
import { compareAnswers, type CompareOptions } from '../../eval/compare/compare.ts';
import { scoreWhereGiven } from '../../eval/compare/scored.ts';
import { answerRows, type Answered, type System } from '../../eval/compare/system.ts';
import { crossValidate, isCrossValidated } from './cross-validation.ts';
import type { MeasuredSize } from '../../eval/advice/learning-curve.ts';
import type { BaselineName } from '../../eval/baselines/index.ts';
import type { ComparedSystem, Comparison } from '../../store/results.ts';

export interface CheapRows {
  train: readonly Example[];
  validation: readonly Example[];
  test: readonly Example[];
}

/**
 * All cheap systems, the one that is best on the validation rows first: on the test rows, or where these are few on all
 * rows by cross-validation.
 */
export async function compareCheap(
  rows: CheapRows,
  options: CompareOptions,
  signal?: AbortSignal,
): Promise<Comparison> {
  const fitted = await fitCheap(rows.train, { signal });
  const systems = await decidingWell(fitted.systems, rows, signal);
  const [metric] = options.metrics;
  const choice = await chooseCheapest(systems, rows.validation, metric);
  const isCrossed = isCrossValidated(rows);
  const {
    answered,
    rows: asked,
    skipped,
  } = isCrossed
    ? await crossValidate(rows, options.seed ?? 0, signal)
    : { answered: await answerAll(systems, rows.test, signal), rows: rows.test, skipped: fitted.skipped };
  const scored = await Promise.all(answered.map((one) => scoreWhereGiven(one.predictions, asked, metric)));
  // What gives nothing for the deciding metric cannot be judged by it.
  const rank = (one: Answered) => (one.name === choice?.name ? 2 : scored[answered.indexOf(one)].length);
  const [first, ...others] = answered.toSorted((a, b) => rank(b) - rank(a));
  const split = isCrossed ? { split: 'all parts, each held out in turn', available: undefined } : {};
  const compared = { ...options, ...split, skipped, train: rows.train };
  return (await compareAnswers([first, ...others], asked, compared)).comparison;
}

async function answerAll(
  systems: readonly System[],
  rows: readonly Example[],
  signal: AbortSignal | undefined,
): Promise<Answered[]> {
  const answered: Answered[] = [];
  for (const system of systems) answered.push(await answerRows(system, rows, { signal }));
  return answered;
}

interface SizeOptions {
  parts: readonly (readonly Example[])[];
  test: readonly Example[];
  options: CompareOptions;
  signal?: AbortSignal;
}

/** One cheap system fitted on growing parts of the training rows; a part that it cannot be fitted on is left out. */
export async function measureSizes(
  { name }: ComparedSystem,
  { parts, test, options, signal }: SizeOptions,
): Promise<MeasuredSize[]> {
  const sizes: MeasuredSize[] = [];
  for (const part of parts) {
    const { systems } = await fitCheap(part, { signal, only: [name as BaselineName] });
    for (const system of systems) {
      const answered = await answerRows(system, test, { signal });
      const { comparison } = await compareAnswers([answered], test, options);
      sizes.push({ rows: part.length, value: entryOf(comparison.systems[0].values, comparison.metric) });
    }
  }
  return sizes;
}
