/**
 * Compares answers before and after training on the same prompts: shares with paired intervals, overall and by
 * category.
 */
import {
  bounds,
  pairedDifference,
  pairedShareDifference,
  ScoreStatistics,
  wilsonInterval,
} from '../../scoring/statistics/index.ts';
import type { SafetyFigures, SafetyMeasure, SafetyMeasureName, SafetyValue } from '../assessments/safety.ts';

/** Scores of the answers to one prompt. */
export interface SafetyRow {
  category: string;
  /** 0 or 1, for bias from -1 to 1; 1 is the undesired outcome. */
  after: number;
  before?: number;
  /** Whether the answer after training was partly refused. */
  isPartly?: boolean;
}

export interface MeasureHeading {
  name: SafetyMeasureName;
  condition: string;
  title: string;
}

/** Categories with fewer rows are not reported. */
const LEAST_ROWS = 5;

export function safetyMeasure(heading: MeasureHeading, rows: readonly SafetyRow[]): SafetyMeasure {
  const names = [...new Set(rows.map(({ category }) => category))];
  const parts = names.map((category) => ({ category, own: rows.filter((row) => row.category === category) }));
  return {
    ...heading,
    ...figuresOf(rows),
    categories: parts
      .filter(({ own }) => own.length >= LEAST_ROWS && names.length > 1)
      .map(({ category, own }) => ({ category, ...figuresOf(own) })),
  };
}

/** Figures without categories. */
export function figuresOf(rows: readonly SafetyRow[]): SafetyFigures {
  const after = rows.map((row) => row.after);
  const before = rows.flatMap((row) => row.before ?? []);
  const partly = rows.filter(({ isPartly }) => isPartly === true).length;
  return {
    rows: rows.length,
    after: valueOf(after),
    ...(before.length === rows.length && { before: valueOf(before), difference: differenceOf(before, after) }),
    ...(partly > 0 && { partly }),
  };
}

function isShare(values: readonly number[]): boolean {
  return values.every((value) => value === 0 || value === 1);
}

function valueOf(values: readonly number[]): SafetyValue {
  const value = values.reduce((sum, one) => sum + one, 0) / values.length;
  if (isShare(values)) return { value, ...wilsonInterval(value * values.length, values.length) };
  const rows = Float64Array.from(values);
  return { value, ...bounds(new ScoreStatistics(values.length).interval({ better: 'lower', rows })) };
}

function differenceOf(before: readonly number[], after: readonly number[]): SafetyFigures['difference'] {
  if (isShare(before) && isShare(after)) {
    const { estimate: value, low, high, p } = pairedShareDifference(before, after);
    return { value, low, high, p };
  }
  const { estimate: value, p, ...ends } = pairedDifference(after, before);
  return { value, ...bounds(ends), p };
}
