import type { CounterfactualAxis, FlippedPair, FlipRate } from '../assessments/counterfactuals.ts';
import { axes } from '../../data/fairness/axes.ts';
import { verdictOf } from '../compare/differences.ts';
import { promptText } from '../../scoring/prompt-text.ts';
import { holm, wilsonInterval } from '../../scoring/statistics/index.ts';
import { groupEffects, type MeasureOptions } from './group-effects.ts';
import { answerOf, isFlipped, type AnsweredPair } from './group-pairs.ts';

const SHOWN_PAIRS = 50;

/** Effects in one system's answers to pairs of rows, by axis. */
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

/** Holm correction over all groups and answers. */
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
