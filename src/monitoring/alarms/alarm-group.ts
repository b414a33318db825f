/** Groups alarms by cause: alarms that began together are reported together, with one piece of advice. */
import { greatest, smallest } from '../../base/many.ts';
import { formatPercent, formatTime } from '../../base/format.ts';
import type { TestName } from '../monitor/test-weights.ts';
import { ABOUT_REQUESTS, ABOUT_SERVICE, describeTest, requestAdvice, type Alarm } from './alarm.ts';

/**
 * Alarms with a common cause. Fields are those of the first alarm; message, share, examples and advice cover all of
 * them.
 */
export interface AlarmGroup extends Alarm {
  about: 'requests' | 'answers' | 'service';
  signals: TestName[];
  /** Oldest first. */
  alarms: Alarm[];
}

/** Groups alarms, newest group first. Alarms of a version form a group if one began before the others were noticed. */
export function groupAlarms(alarms: readonly Alarm[]): AlarmGroup[] {
  const versions = Map.groupBy(alarms, ({ model, version }) => JSON.stringify([model, version]));
  const groups = [...versions.values()].flatMap(groupsOfVersion);
  return groups.map(groupOf).toSorted((a, b) => b.openedAt - a.openedAt);
}

interface Group {
  /** Time at which the last alarm of the group was noticed. */
  until: number;
  alarms: Alarm[];
}

function groupsOfVersion(alarms: readonly Alarm[]): Alarm[][] {
  const groups: Group[] = [];
  const dated = alarms.filter(({ since }) => since !== undefined);
  for (const alarm of dated.toSorted((a, b) => begunAt(a) - begunAt(b))) {
    const last = groups.at(-1);
    if (last !== undefined && begunAt(alarm) <= last.until) {
      last.alarms.push(alarm);
      last.until = Math.max(last.until, alarm.openedAt);
    } else groups.push({ until: alarm.openedAt, alarms: [alarm] });
  }
  // The topic test cannot date a change, so its alarm joins the current group.
  for (const alarm of alarms.filter(({ since }) => since === undefined)) {
    const going = groups.findLast((group) => isGoingOn(group, alarm.openedAt));
    if (going === undefined) groups.push({ until: alarm.openedAt, alarms: [alarm] });
    else going.alarms.push(alarm);
  }
  return groups.map(({ alarms: all }) => all);
}

function begunAt({ since, openedAt }: Alarm): number {
  return Math.min(since ?? openedAt, openedAt);
}

function isGoingOn({ alarms }: Group, at: number): boolean {
  const begun = smallest(alarms.map(begunAt));
  return begun <= at && alarms.some(({ resolvedAt = Infinity }) => resolvedAt >= at);
}

function groupOf(unordered: readonly Alarm[]): AlarmGroup {
  const alarms = unordered.toSorted((a, b) => a.openedAt - b.openedAt);
  const [first] = alarms;
  const open = alarms.filter(({ resolvedAt }) => resolvedAt === undefined);
  const { resolvedAt: _, silenced: __, ...known } = first;
  const signals = alarms.map(({ signal }) => signal);
  const about = aboutOf(signals);
  const sinces = alarms.flatMap(({ since }) => since ?? []);
  const since = sinces.length === 0 ? undefined : smallest(sinces);
  const shares = alarms.flatMap(({ signal, share }) => (ABOUT_SERVICE.has(signal) ? [] : (share ?? [])));
  const share = shares.length === 0 ? undefined : greatest(shares);
  const loud = open.filter(({ silenced }) => silenced === undefined);
  const advice = about === 'requests' ? requestAdvice(signals) : { cause: first.cause, action: first.action };
  return {
    ...known,
    ...(since !== undefined && { since }),
    ...(share !== undefined && { share }),
    ...advice,
    eValue: greatest(alarms.map(({ eValue }) => eValue)),
    samples: [...new Set(alarms.flatMap(({ samples }) => samples))],
    ...(open.length === 0 && { resolvedAt: greatest(alarms.map(({ resolvedAt = 0 }) => resolvedAt)) }),
    ...(open.length > 0 && loud.length === 0 && { silenced: open[0].silenced }),
    message:
      alarms.length === 1
        ? first.message
        : headingOf({
            about,
            signals,
            since,
            share,
          }),
    about,
    signals,
    alarms,
  };
}

function aboutOf(signals: readonly TestName[]): AlarmGroup['about'] {
  if (signals.some((name) => ABOUT_REQUESTS.has(name))) return 'requests';
  return signals.every((name) => ABOUT_SERVICE.has(name)) ? 'service' : 'answers';
}

const SUBJECT = { requests: 'requests have', answers: 'answers have', service: 'the service has' } as const;

/** "requests have changed since 2026-12-01 05:47: words, classes, confidence (at least 38 % of them)". */
function headingOf({
  about,
  signals,
  since,
  share,
}: Pick<AlarmGroup, 'about' | 'signals' | 'since' | 'share'>): string {
  const when = since === undefined ? '' : ` since ${formatTime(since)}`;
  const named = signals.map((name) => describeTest(name).short ?? name.replaceAll('_', ' '));
  const least =
    share === undefined || about === 'service' ? '' : ` (about ${formatPercent(share, 0)} of them, or more)`;
  return `${SUBJECT[about]} changed${when}: ${named.join(', ')}${least}`;
}
