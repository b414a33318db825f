/** Correction for multiple comparisons: with more systems it is more likely that one of them differs by chance. */
import { formatNumber, plural } from '../../base/format.ts';
import type { Comparison, Difference } from '../../store/results.ts';

type Told = Pick<Comparison, 'differences' | 'rivals'>;

/**
 * Number of comparisons in the Holm correction of a difference's p-value: over the rivals, or over all other systems.
 */
export function comparisonCount({ differences, rivals }: Told, { metric, against }: Difference): number {
  const ofMetric = differences.filter((one) => one.metric === metric);
  return (rivals.includes(against) ? ofMetric.filter((one) => rivals.includes(one.against)) : ofMetric).length;
}

/** "p 0.06, corrected for 3 comparisons (0.02 alone)": explains why a verdict may differ from the interval. */
export function correctedP(comparison: Told, difference: Difference): string {
  const { p, pAdjusted } = difference;
  const count = comparisonCount(comparison, difference);
  const corrected = `p ${formatP(pAdjusted)}`;
  if (count < 2) return corrected;
  const alone = formatP(p) === formatP(pAdjusted) ? '' : ` (${formatP(p)} alone)`;
  return `${corrected}, corrected for ${plural(count, 'comparisons')}${alone}`;
}

/** No evidence after correction, although the interval, which is uncorrected, excludes 0. */
export function isUndoneByCorrection({ low, high, verdict }: Difference): boolean {
  return verdict === 'no-evidence' && ((low !== undefined && low > 0) || (high !== undefined && high < 0));
}

function formatP(p: number): string {
  return p < 0.001 ? 'below 0.001' : formatNumber(p, 2);
}
