import { formatNumber, formatPercent, formatSigned } from '../../base/format.ts';
import type { VersionReport } from '../../watch/index.ts';

/** A signal's figures for people, the same in the terminal and on the page. */
export function signalFigures({ reading, topic, classes, eValue }: VersionReport['signals'][number]): {
  before: string;
  now: string;
  change: string;
  evidence: string;
} {
  const evidence = eValue >= 1e6 ? '> 1,000,000' : formatNumber(eValue, 2);
  if (topic !== undefined) {
    const change = `p ${formatNumber(topic.p, 2)}`;
    return { before: '50 %', now: `${formatPercent(topic.auc, 0)} told apart`, change, evidence };
  }
  if (classes !== undefined) {
    const [name, [before, now]] = Object.entries(classes.shares).toSorted(
      ([, [a, b]], [, [c, d]]) => Math.abs(d - c) - Math.abs(b - a),
    )[0];
    return { before: formatPercent(before), now: `${formatPercent(now)} ${name}`, change: '', evidence };
  }
  if (reading === undefined) return { before: '', now: '', change: '', evidence };
  const { reference, current, effect, medians } = reading;
  if (current.values === 0)
    return { before: shareOrMedian(reference.estimate, medians?.reference), now: '–', change: '', evidence };
  const points = (share: number): string => formatSigned(100 * share, 2);
  return {
    before: shareOrMedian(reference.estimate, medians?.reference),
    now: shareOrMedian(current.estimate, medians?.current),
    change: `${points(effect.estimate)} (${points(effect.low)} to ${points(effect.high)})`,
    evidence,
  };
}

function shareOrMedian(share: number, median: number | undefined): string {
  return median === undefined ? formatPercent(share) : formatNumber(median, 3);
}
