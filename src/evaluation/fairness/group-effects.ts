import { table } from '../../base/table.ts';
import type { GroupDifference, GroupEffect } from '../assessments/counterfactuals.ts';
import { scoreWhereGiven } from '../compare/scored.ts';
import type { MetricSpec } from '../../scoring/metrics/index.ts';
import type { Prediction } from '../../scoring/predictor.ts';
import type { Score } from '../../scoring/score.ts';
import { bounds, ScoreStatistics, type MeasuredRows } from '../../scoring/statistics/index.ts';
import type { AnsweredPair } from './group-pairs.ts';

export interface MeasureOptions {
  metrics: readonly MetricSpec[];
  confidence: number;
  seed: number;
}

/** With more distinct answers, answers count as free text. */
const MOST_ANSWERS = 20;
/** A group with fewer pairs is skipped. */
const LEAST_PAIRS = 2;

/** The group's side of each pair. */
interface Sides {
  pairs: readonly AnsweredPair[];
  /** Index of the group's row in each pair: 0 the original, 1 the changed one. */
  own: readonly (0 | 1)[];
}

/** Effects of each group against all others in its pairs; of two groups only the first is reported. */
export async function groupEffects(pairs: readonly AnsweredPair[], options: MeasureOptions): Promise<GroupEffect[]> {
  const told = pairs.filter(({ groups: [a, b] }) => a !== b && a !== 'mixed' && b !== 'mixed');
  const names = [...new Set(told.flatMap(({ groups }) => groups))].toSorted();
  const looked = names.length === 2 ? names.slice(0, 1) : names;
  const effects: GroupEffect[] = [];
  for (const group of looked) {
    const own = told.filter(({ groups }) => groups.includes(group));
    if (own.length < LEAST_PAIRS) continue;
    const sides = { pairs: own, own: own.map(({ groups }) => (groups[0] === group ? 0 : 1) as 0 | 1) };
    const statistics = new ScoreStatistics(own.length, options);
    effects.push({
      group,
      against: names.length === 2 ? names[1] : 'others',
      pairs: own.length,
      metrics: await metricEffects(sides, statistics, options.metrics),
      answers: answerEffects(sides, statistics),
    });
  }
  return effects;
}

async function metricEffects(
  sides: Sides,
  statistics: ScoreStatistics,
  metrics: readonly MetricSpec[],
): Promise<Record<string, GroupDifference>> {
  const effects: Record<string, GroupDifference> = table({});
  for (const spec of metrics) {
    const [mine, theirs] = [await scores(sides, 0, spec), await scores(sides, 1, spec)];
    for (const [index, score] of mine.entries()) {
      effects[score.name] = difference(statistics, score, theirs[index], [score.value, theirs[index].value]);
    }
  }
  return effects;
}

/** Scores of the group's rows, or with `turn` 1 of the other rows; empty if the answers lack the metric's input. */
function scores({ pairs, own }: Sides, turn: 0 | 1, spec: MetricSpec): Promise<Score[]> {
  const place = (index: number): 0 | 1 => (own[index] === turn ? 0 : 1);
  const predictions = pairs.map(({ answers }, index) => answers[place(index)]);
  const examples = pairs.map(({ original, changed }, index) => (place(index) === 0 ? original : changed));
  return scoreWhereGiven(predictions, examples, spec);
}

/** Frequency of each answer, or the mean of numeric answers. */
function answerEffects({ pairs, own }: Sides, statistics: ScoreStatistics): Record<string, GroupDifference> {
  const sides = [0, 1].map((turn) => pairs.map(({ answers }, index) => answers[own[index] === turn ? 0 : 1]));
  if (pairs.every(({ original }) => original.kind === 'regression')) {
    const [mine, theirs] = sides.map((side) => side.map(({ text }) => Number(text)));
    const isNumber = [...mine, ...theirs].every(Number.isFinite);
    return isNumber ? { value: meanDifference(statistics, mine, theirs) } : {};
  }
  const kinds = [...new Set(sides.flat().flatMap(classesOf))].toSorted();
  if (kinds.length > MOST_ANSWERS) return {};
  // With two classes the second effect is the negative of the first.
  const isEither =
    kinds.length === 2 && pairs.every(({ answers }) => answers.every(({ labels }) => labels === undefined));
  const effects = (isEither ? kinds.slice(0, 1) : kinds).map((kind) => {
    const [mine, theirs] = sides.map((side) => side.map((one) => (classesOf(one).includes(kind) ? 1 : 0)));
    return [kind, meanDifference(statistics, mine, theirs)] as const;
  });
  return Object.fromEntries(effects);
}

function classesOf({ label, labels, text }: Prediction): readonly string[] {
  return labels ?? [label ?? text?.trim() ?? ''];
}

function meanDifference(
  statistics: ScoreStatistics,
  mine: readonly number[],
  theirs: readonly number[],
): GroupDifference {
  const [a, b] = [mine, theirs].map((rows) => ({ better: 'higher' as const, rows: Float64Array.from(rows) }));
  const mean = (rows: readonly number[]): number => rows.reduce((sum, one) => sum + one, 0) / rows.length;
  return difference(statistics, a, b, [mean(mine), mean(theirs)]);
}

function difference(
  statistics: ScoreStatistics,
  mine: MeasuredRows,
  theirs: MeasuredRows,
  [value, other]: readonly [number, number],
): GroupDifference {
  const { estimate, low, high, p } = statistics.difference(mine, theirs);
  return { value, other, estimate, ...bounds({ low, high }), p, pAdjusted: p, verdict: 'no-evidence' };
}
