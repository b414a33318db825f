import { formatNumber, formatPercent, formatSigned, plural } from '../../base/format.ts';
import type { VersionReport } from '../../monitoring/index.ts';

/** Legend of the columns. */
export const figuresLegend =
  'Change: for shares, with an interval that is valid at all times; for amounts, change of the share above ' +
  "the reference's 90th percentile. For alarms (▲): since the change began; for amounts, in the tail that " +
  'has grown. Confidence of labelled answers: its mean, the share of right ones, ' +
  'and the calibration error. Evidence: an e-value. 1 means none; a few hundred raise an alarm, fewer if several ' +
  'signals change at once.';

/** Summary of feedback on a version; undefined if there is none. */
export function feedbackText({ up, down, labels, corrections, scores }: VersionReport['feedback']): string | undefined {
  const told = [
    up + down > 0 && `thumbs ${up} up, ${down} down`,
    labels > 0 && plural(labels, 'labels'),
    corrections > 0 && plural(corrections, 'corrections'),
    scores > 0 && plural(scores, 'scores'),
  ].filter((one) => one !== false);
  return told.length === 0 ? undefined : told.join(', ');
}

/** A signal's figures as text, the same in the terminal and on the page. */
export function signalFigures({ reading, topic, classes, eValue, isAlarm }: VersionReport['signals'][number]): {
  before: string;
  now: string;
  change: string;
  evidence: string;
} {
  const evidence = eValue >= 1e6 ? '> 1,000,000' : formatNumber(eValue, 2);
  if (topic !== undefined) {
    const change = `p ${formatNumber(topic.p, 2)}`;
    return { before: '50 %', now: `${formatPercent(topic.auc, 0)} separable`, change, evidence };
  }
  if (classes !== undefined) {
    const [name, [before, now]] = Object.entries(classes.shares).toSorted(
      ([, [a, b]], [, [c, d]]) => Math.abs(d - c) - Math.abs(b - a),
    )[0];
    return { before: `${formatPercent(before)} ${name}`, now: `${formatPercent(now)} ${name}`, change: '', evidence };
  }
  if (reading === undefined) return { before: '', now: '', change: '', evidence };
  const { reference, current, effect, medians, recent, tail } = reading;
  if (current.values === 0)
    return { before: shareOrMedian(reference.estimate, medians?.reference), now: '–', change: '', evidence };
  const before = shareOrMedian(reference.estimate, medians?.reference);
  const points = (share: number): string => formatSigned(100 * share, 2);
  // The average over the whole period hides a change that began late.
  if (isAlarm && recent !== undefined) {
    const now = medians === undefined ? formatPercent(recent.value) : formatNumber(recent.value, 3);
    const grown = tail === undefined ? recent.value - reference.estimate : tail.recent - tail.reference;
    return { before, now, change: points(grown), evidence };
  }
  const change = `${points(effect.estimate)} (${points(effect.low)} to ${points(effect.high)})`;
  return { before, now: shareOrMedian(current.estimate, medians?.current), change, evidence };
}

function shareOrMedian(share: number, median: number | undefined): string {
  return median === undefined ? formatPercent(share) : formatNumber(median, 3);
}
