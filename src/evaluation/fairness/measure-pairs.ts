import type { CounterfactualAxis, FlippedPair, FlipRate } from '../assessments/counterfactuals.ts';
import { axes } from '../../data/fairness/axes.ts';
import { verdictOf } from '../compare/differences.ts';
import { promptText } from '../../scoring/example-text.ts';
import type { MetricSpec } from '../../scoring/metrics/index.ts';
import { holm, wilsonInterval } from '../../scoring/statistics/index.ts';
import { groupEffects } from './group-effects.ts';
import { answerOf, isFlipped, type AnsweredPair } from './pairs.ts';

export interface MeasureOptions {
  metrics: readonly MetricSpec[];
  confidence: number;
  seed: number;
}

const SHOWN_PAIRS = 50;

/** Effects in one system's answers to pairs of rows, by what the pairs differ in. */
export async function measurePairs(
  pairs: readonly AnsweredPair[],
  options: MeasureOptions,
): Promise<CounterfactualAxis[]> {
  const measured: CounterfactualAxis[] = [];
  for (const axis of axes) {
    const own = pairs.filter((pair) => pair.axis === axis);
    if (own.length > 0) measured.push(await measureAxis(axis, own, options));
  }
  adjust(measured, options.confidence);
  return measured;
}

async function measureAxis(
  axis: string,
  pairs: readonly AnsweredPair[],
  options: MeasureOptions,
): Promise<CounterfactualAxis> {
  const flipped = pairs.filter(isFlipped);
  return {
    axis,
    pairs: pairs.length,
    flips: flipRate(flipped.length, pairs.length, options.confidence),
    groups: await groupEffects(pairs, options),
    examples: flipped.slice(0, SHOWN_PAIRS).map(shown),
  };
}

function flipRate(flips: number, pairs: number, confidence: number): FlipRate {
  return { pairs: flips, rate: flips / pairs, ...wilsonInterval(flips, pairs, confidence) };
}

function shown({ original, changed, answers }: AnsweredPair): FlippedPair {
  return {
    original: { text: promptText(original), answer: answerOf(answers[0]) },
    changed: { text: promptText(changed), answer: answerOf(answers[1]) },
  };
}

/** Many groups and answers are looked at together: by Holm, over all of them. */
function adjust(measured: readonly CounterfactualAxis[], confidence: number): void {
  const all = measured.flatMap(({ groups }) =>
    groups.flatMap(({ metrics, answers }) => [...Object.values(metrics), ...Object.values(answers)]),
  );
  for (const [index, pAdjusted] of holm(all.map(({ p }) => p)).entries()) {
    const one = all[index];
    one.pAdjusted = pAdjusted;
    one.verdict = verdictOf(one, confidence);
  }
}
