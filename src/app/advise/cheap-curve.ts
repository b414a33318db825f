import { entryOf } from '../../base/table.ts';
import type { Example } from '../../data/index.ts';
import { cheapModelName } from '../../answering/baselines/cheap-names.ts';
import { isBetter, type Score } from '../../scoring/score.ts';
import { decidingWell, fitCheap } from '../../evaluation/compare/cheap-systems.ts';
import { compareAnswers, type CompareOptions } from '../../evaluation/compare/compare.ts';
import { scoreWhereGiven } from '../../evaluation/compare/scored.ts';
import { answerRows, type Answered, type System } from '../../answering/system.ts';
import { crossValidate, isCrossValidated, type CheapRows } from './cross-validation.ts';
import type { MeasuredSize } from '../../evaluation/advice/learning-curve.ts';
import type { BaselineName } from '../../answering/baselines/index.ts';
import type { ComparedSystem, Comparison } from '../../store/results.ts';

/**
 * Compares all cheap systems on the test rows or, if these are few, on all rows by cross-validation. The first result
 * is the best system, or the recipe's own unless another one is clearly better.
 */
export async function compareCheap(
  rows: CheapRows,
  options: CompareOptions,
  { signal, model }: { signal?: AbortSignal; model?: string } = {},
): Promise<Comparison> {
  const fitted = await fitCheap(rows.train, { signal });
  const systems = await decidingWell(fitted.systems, rows, signal);
  const [metric] = options.metrics;
  const isCrossed = isCrossValidated(rows);
  const {
    answered,
    rows: asked,
    skipped,
  } = isCrossed
    ? await crossValidate(rows, options.seed ?? 0, signal)
    : { answered: await answerAll(systems, rows.test, signal), rows: rows.test, skipped: fitted.skipped };
  const scored = await Promise.all(answered.map((one) => scoreWhereGiven(one.predictions, asked, metric)));
  const first =
    answered[
      firstOf(
        answered,
        scored.map(([score]) => score),
        model,
      )
    ];
  const others = answered.filter((one) => one !== first);
  const split = isCrossed ? { split: 'all parts, each held out in turn', available: undefined } : {};
  const compared = { ...options, ...split, skipped, train: rows.train };
  return (await compareAnswers([first, ...others], asked, compared)).comparison;
}

/**
 * Index of the system with the best score, so that the advice agrees with the table; the recipe's own system unless
 * it is clearly worse.
 */
function firstOf(answered: readonly Answered[], scores: readonly (Score | undefined)[], model?: string): number {
  let best = Math.max(
    0,
    scores.findIndex((score) => score !== undefined),
  );
  for (const [i, score] of scores.entries()) {
    // Systems without input for the deciding metric cannot be compared.
    if (score !== undefined && isBetter(score.value, scores[best]?.value, score.better)) best = i;
  }
  const own = answered.findIndex(({ name }, i) => {
    return scores[i] !== undefined && model !== undefined && (name === model || cheapModelName(name) === model);
  });
  if (own === -1) return best;
  const [top, mine] = [scores[best]!, scores[own]!];
  const isClear = Math.abs(top.value - mine.value) > Math.max(Math.abs(top.value), Math.abs(mine.value)) * CLEAR;
  return isClear ? best : own;
}

/** Minimum lead over the recipe's own system, as a share of the value. */
const CLEAR = 0.05;

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

/** Fits one cheap system on growing parts of the training rows. Skips parts on which it cannot be fitted. */
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
