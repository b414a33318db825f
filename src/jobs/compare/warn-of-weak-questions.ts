import { entryOf } from '../../base/table.ts';
import { formatNumber } from '../../base/format.ts';
import type { EventSink } from '../../base/events.ts';
import type { QuestionMean } from '../../scoring/metrics/decision-metrics.ts';
import type { ComparedSystem, Comparison } from '../../store/results.ts';

const METRIC = 'decision_accuracy';

/** Difference in standard errors that counts as clear. */
const CLEAR = 2;

/**
 * Warns of typed questions that the model answers no better than their most frequent answer, or clearly worse than
 * another cheap system does: a mean over questions hides them.
 */
export function warnOfWeakQuestions(
  { systems: [subject, ...others] }: Pick<Comparison, 'systems'>,
  { emit }: { emit: EventSink },
): void {
  const cheap = others.filter(({ kind }) => kind === 'cheap');
  const own = meansOf(subject);
  const most = cheap.find(({ name }) => name === 'majority_per_question');
  const weak = Object.entries(own).flatMap(([id, mine]) => {
    const frequent = most && entryOf(meansOf(most), id);
    const isChance = frequent !== undefined && frequent.value < 1 && gap(mine, frequent) < CLEAR;
    const rival = isChance ? most : cheap.find((one) => gap(entryOf(meansOf(one), id) ?? mine, mine) >= CLEAR);
    if (rival === undefined) return [];
    const { value } = entryOf(meansOf(rival), id)!;
    return [`"${id}" (${formatNumber(mine.value)} right, ${rival.title}: ${formatNumber(value)})`];
  });
  if (weak.length === 0) return;
  const message =
    `not learnt, or worse than a system that costs nothing: ${weak.join(', ')}; train longer or with more rows, describe ` +
    'the options, or choose a larger base';
  emit({ type: 'warning-raised', code: 'W_WEAK_QUESTION', message });
}

function meansOf({ values }: ComparedSystem): Readonly<Record<string, QuestionMean>> {
  return (values[METRIC]?.details?.byId ?? {}) as Record<string, QuestionMean>;
}

/** By how many standard errors one share of right answers is above another on the same questions, as if independent. */
function gap(a: QuestionMean, b: QuestionMean): number {
  const variance = ({ value, questions }: QuestionMean) => (value * (1 - value)) / questions;
  return (a.value - b.value) / Math.sqrt(Math.max(variance(a) + variance(b), Number.EPSILON));
}
