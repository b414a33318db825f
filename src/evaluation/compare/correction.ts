/** Correction for multiple comparisons: the more systems are compared, the likelier one of them differs by chance. */
import { formatNumber, plural } from '../../base/format.ts';
import type { Comparison, Difference } from '../../store/results.ts';

type Told = Pick<Comparison, 'differences' | 'rivals'>;

/** How many comparisons a difference's p-value is corrected for by Holm: the rivals', or of the other systems all. */
export function comparisonCount({ differences, rivals }: Told, { metric, against }: Difference): number {
  const ofMetric = differences.filter((one) => one.metric === metric);
  return (rivals.includes(against) ? ofMetric.filter((one) => rivals.includes(one.against)) : ofMetric).length;
}

/** "p 0.06, corrected for 3 comparisons (0.02 alone)": why a verdict may differ from what the interval alone suggests. */
export function correctedP(comparison: Told, difference: Difference): string {
  const { p, pAdjusted } = difference;
  const count = comparisonCount(comparison, difference);
  const corrected = `p ${formatP(pAdjusted)}`;
  if (count < 2) return corrected;
  const alone = formatP(p) === formatP(pAdjusted) ? '' : ` (${formatP(p)} alone)`;
  return `${corrected}, corrected for ${plural(count, 'comparisons')}${alone}`;
}

/** No evidence although the interval, which is of this difference alone, is without 0. */
export function isUndoneByCorrection({ low, high, verdict }: Difference): boolean {
  return verdict === 'no-evidence' && ((low !== undefined && low > 0) || (high !== undefined && high < 0));
}

function formatP(p: number): string {
  return p < 0.001 ? 'below 0.001' : formatNumber(p, 2);
}
