/** An alarm: the change, its size and certainty, its probable cause, and advice. */
import { formatNumber, formatPercent, formatTime } from '../../base/format.ts';
import { signals, type SignalName } from '../signals/index.ts';
import type { SequenceInterval } from '../../scoring/statistics/index.ts';
import type { SignalReading } from '../monitor/signal-test.ts';
import type { TestName } from '../monitor/test-weights.ts';
import type { Finding } from '../monitor/version-monitor.ts';

export interface Alarm {
  id: string;
  model: string;
  version: string;
  signal: TestName;
  /** One sentence with the figures. */
  message: string;
  /** Most likely start of the change, in milliseconds since the epoch. */
  since?: number;
  /** Lower bound on the share of requests since then that differ from earlier ones. */
  share?: number;
  eValue: number;
  /** Increase of the share, with an always-valid confidence interval. */
  effect?: { estimate: number; low: number; high: number };
  /** Ids of answers that show the change. */
  samples: readonly string[];
  cause: string;
  action: string;
  openedAt: number;
  resolvedAt?: number;
  silenced?: string;
}

interface Described {
  title: string;
  /** Short label for lists; the test's name by default. */
  short?: string;
  cause: string;
  action: string;
}

const COLLECT = 'review a sample of the requests; collect and train on similar rows';

const others: Readonly<Record<Exclude<TestName, SignalName>, Described>> = {
  unlike: {
    title: 'requests with different wording',
    short: 'words',
    cause: 'different requests from before',
    action: COLLECT,
  },
  topic: {
    title: 'requests about other things',
    short: 'subjects',
    cause: 'different requests from before',
    action: COLLECT,
  },
  classes: {
    title: 'classes in answers',
    cause: 'different requests from before, or the current version',
    action: 'review a sample of the classes that became more frequent',
  },
  thumb_down: {
    title: 'negative ratings (thumbs down)',
    short: 'thumbs',
    cause: 'the current version, or different requests from before',
    action: 'review the answers rated bad; roll back if earlier versions answered similar requests well',
  },
  calibration: {
    title: 'confidence of labelled answers',
    short: 'calibration',
    cause: 'the right answers have changed, or requests have become harder',
    action: 'calibrate again on labelled answers (attune calibrate), or train on them; thresholds no longer hold',
  },
  edits: {
    title: 'extent of corrections',
    short: 'corrections',
    cause: 'the current version, or different requests from before',
    action: 'review the corrections; train on them',
  },
};

export function describeTest(name: TestName): Described {
  return Object.hasOwn(signals, name) ? signals[name as SignalName] : others[name as keyof typeof others];
}

/** Tests on requests alone: a version's weights cannot cause them. */
export const ABOUT_REQUESTS: ReadonlySet<TestName> = new Set<TestName>([
  'unlike',
  'topic',
  'classes',
  'prompt_tokens',
  'language',
  'unusual_text',
  'system_prompt',
  'injection',
]);
export const ABOUT_SERVICE: ReadonlySet<TestName> = new Set(['error', 'milliseconds', 'first_part', 'cancelled']);
/** Tests that explain how requests changed; their advice takes precedence over the general advice. */
const TELLING: readonly TestName[] = ['injection', 'system_prompt', 'language'];

/** Advice for changed requests; it takes precedence over all other advice. */
export function requestAdvice(alarmed: readonly TestName[]): { cause: string; action: string } {
  const { cause, action } = describeTest(TELLING.find((name) => alarmed.includes(name)) ?? 'unlike');
  return { cause, action };
}

/** If requests have changed as well, they are the likely cause of alarms about answers: another version would not help. */
export function adviceOf(name: TestName, alarmed: readonly TestName[]): { cause: string; action: string } {
  const { cause, action } = describeTest(name);
  const changed = alarmed.filter((one) => ABOUT_REQUESTS.has(one));
  if (changed.length === 0 || ABOUT_REQUESTS.has(name) || ABOUT_SERVICE.has(name)) return { cause, action };
  const titles = changed.map((one) => describeTest(one).title).join(', ');
  return { cause: `requests have changed as well (${titles})`, action: requestAdvice(alarmed).action };
}

/** Start of the change, share of requests affected since, and example answers. */
export function extentOf({ reading, classes, topic }: Finding): Pick<Alarm, 'since' | 'share' | 'samples'> {
  const since = reading?.since ?? classes?.since;
  const share = shareOf({ reading, classes, topic });
  return {
    ...(since !== undefined && { since }),
    ...(share !== undefined && { share }),
    samples: reading?.samples ?? classes?.samples ?? [],
  };
}

/** Smallest share of changed requests that explains the data. */
function shareOf({ reading, classes, topic }: Pick<Finding, 'reading' | 'classes' | 'topic'>): number | undefined {
  if (topic !== undefined) return Math.max(0, 2 * topic.auc - 1);
  if (classes !== undefined)
    return Object.values(classes.shares).reduce((sum, [before, now]) => sum + Math.abs(now - before) / 2, 0);
  if (reading?.recent === undefined) return undefined;
  const [before, now] =
    reading.tail === undefined
      ? [reading.reference.estimate, reading.recent.value]
      : [reading.tail.reference, reading.tail.recent];
  return before >= 1 ? undefined : Math.max(0, (now - before) / (1 - before));
}

/**
 * "confidence of labelled answers: 91 % on average, but 70 % (62 to 77 %) of 120 are right (calibration error 0.21, 0.12
 * to 0.31)".
 */
function calibrationMessage(title: string, { reference, current, effect }: SignalReading): string {
  const share = ({ low, high }: SequenceInterval) => `${formatNumber(100 * low, 2)} to ${formatPercent(high, 0)}`;
  const error = [effect.estimate, effect.low, effect.high].map((value) => formatNumber(value, 2));
  const right = `${formatPercent(current.estimate, 0)} (${share(current)}) of ${current.values} are right`;
  const off = `calibration error ${error[0]}, ${error[1]} to ${error[2]}`;
  return `${title}: ${formatPercent(reference.estimate, 0)} on average, but ${right} (${off})`;
}

/** "answers that decline: 5.0 % before, 15.2 % of 120 since 2026-11-29 10:15 (at least 4.1 points more)". */
export function messageOf({ name, reading, topic, classes }: Finding): string {
  const { title } = describeTest(name);
  if (name === 'calibration' && reading !== undefined) return calibrationMessage(title, reading);
  if (topic !== undefined) {
    const told = `a classifier distinguishes earlier from current requests in ${formatPercent(topic.auc, 0)} of pairs`;
    return `${title}: ${told} (p ${formatNumber(topic.p, 2)})`;
  }
  if (classes !== undefined) {
    const [name_, [before, now]] = Object.entries(classes.shares).toSorted(
      ([, [a, b]], [, [c, d]]) => Math.abs(d - c) - Math.abs(b - a),
    )[0];
    return `${title}: "${name_}" ${formatPercent(before)} before, ${formatPercent(now)} now`;
  }
  if (reading === undefined) return title;
  const { reference, current, recent, effect, medians, since, tail } = reading;
  const isShare = medians === undefined;
  const format = (value: number): string => (isShare ? formatPercent(value) : formatNumber(value, 3));
  const before = format(medians?.reference ?? reference.estimate);
  const now = format(recent?.value ?? medians?.current ?? current.estimate);
  const when = recent === undefined || since === undefined ? 'now' : `of ${recent.values} since ${formatTime(since)}`;
  // A change in one tail leaves the median unchanged.
  if (before === now && tail !== undefined) {
    const [was, is] = [tail.reference, tail.recent].map((share) => formatPercent(share));
    return `${title}: ${was} ${tail.side} ${format(tail.value)} before, ${is} ${when}`;
  }
  const least = isShare && effect.low > 0 ? ` (at least ${formatNumber(100 * effect.low, 2)} points more)` : '';
  return `${title}: ${isShare ? '' : 'median '}${before} before, ${now} ${when}${least}`;
}
