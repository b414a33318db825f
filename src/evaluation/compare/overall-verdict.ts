import { entryOf } from '../../base/table.ts';
import { formatCount, formatNumber, formatSigned, plural } from '../../base/format.ts';
import type { Comparison, Difference, Verdict } from '../../store/results.ts';
import { classTitle } from '../../scoring/metrics/class-title.ts';
import { comparisonCount, correctedP, isUndoneByCorrection } from './correction.ts';

/** Better than every rival, worse than some rival, or neither. */
export function overallVerdict(differences: readonly Difference[]): Verdict {
  if (differences.some(({ verdict }) => verdict === 'worse')) return 'worse';
  if (differences.length > 0 && differences.every(({ verdict }) => verdict === 'better')) return 'better';
  return 'no-evidence';
}

type Told = Omit<Comparison, 'sentence'>;

/** "chrF 54.1 against 41.4 of nearest training row (better by 12.7, 95 % interval +10.9 to +14.5) on 1,000 rows." */
export function verdictSentence(comparison: Told): string {
  const { rows, groups, split } = comparison;
  const deciding = decidingDifference(comparison);
  const counted = `${plural(rows, 'rows')} of ${split}`;
  const grouped = groups === undefined ? counted : `${counted} in ${plural(groups, 'groups')}`;
  const on = grouped + rarestClass(comparison);
  if (deciding === undefined) return `there was nothing to compare with; measured on ${on}.`;
  return `${figures(comparison, deciding)} on ${on}.${detectable(comparison, deciding)}`;
}

/** The difference that the verdict is based on: the least favourable one. */
function decidingDifference({ differences, metric, rivals, verdict }: Told): Difference | undefined {
  const all = differences.filter((one) => one.metric === metric && rivals.includes(one.against));
  const same = all.filter((one) => one.verdict === verdict);
  return (same.length > 0 ? same : all).toSorted((a, b) => a.estimate - b.estimate)[0];
}

function figures(comparison: Told, difference: Difference): string {
  const { confidence, metrics, metric, subject, systems } = comparison;
  const { against, estimate, low, high } = difference;
  const { title = metric } = metrics.find(({ name }) => name === metric) ?? {};
  const [mine, theirs] = [subject, against].map((name) => systems.find((system) => system.name === name));
  const [value, other] = [mine, theirs].map((system) =>
    formatNumber(entryOf(system?.values, metric).value ?? Number.NaN),
  );
  const amount =
    estimate === 0 ? 'the same' : `${estimate > 0 ? 'better' : 'worse'} by ${formatNumber(Math.abs(estimate), 3)}`;
  const interval =
    low === undefined || high === undefined
      ? 'too few rows or groups for an interval'
      : `${formatNumber(confidence * 100)} % interval ${formatSigned(low)} to ${formatSigned(high)}`;
  const needsP = comparisonCount(comparison, difference) > 1 || isUndoneByCorrection(difference);
  const parts = [`${amount}, ${interval}`, ...(needsP ? [correctedP(comparison, difference)] : [])];
  return `${title} ${value} against ${other} of ${theirs?.title ?? against} (${parts.join('; ')})`;
}

/** Smallest detectable difference, if none was found. */
function detectable({ verdict }: Told, { minimalDetectable }: Difference): string {
  if (verdict !== 'no-evidence' || !(minimalDetectable > 0)) return '';
  return ` These rows can show differences from about ${formatNumber(minimalDetectable, 2)}.`;
}

/** ", 4 of them fraud": the rarest class, which limits a verdict on classes. */
function rarestClass({ classes = [], labelColumn }: Told): string {
  const tested = classes.filter(({ test }) => test > 0);
  if (tested.length < 2) return '';
  const { label, test } = tested.reduce((least, one) => (one.test < least.test ? one : least));
  return `, ${formatCount(test)} of them of the rarest class, ${classTitle(label, labelColumn)}`;
}
