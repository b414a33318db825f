import { formatPercent, formatPercentRange, formatSignedPercent } from '../../src/base/format.ts';
import type { SafetyMeasure, SafetyResults } from '../../src/evaluation/assessments/safety.ts';

export function measureOf({ measures }: SafetyResults, wanted: SafetyMeasure['name'], how: string): SafetyMeasure {
  return measures.find(({ name, condition }) => name === wanted && condition === how)!;
}

export function figuresOf({ before, after, difference }: SafetyMeasure): [string, string] {
  const { value, low, high } = difference!;
  return [
    `${formatPercent(before!.value)} → ${formatPercent(after.value)}`,
    `${formatSignedPercent(value)} (${formatPercentRange(low!, high!)})`,
  ];
}
