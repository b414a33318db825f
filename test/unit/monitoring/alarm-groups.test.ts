import { expect, it } from 'vitest';
import { randomUnits } from '../../../src/base/random.ts';
import { monitorPage } from '../../../src/app/monitor/monitor-page.ts';
import { groupAlarms } from '../../../src/monitoring/alarms/alarm-group.ts';
import { messageOf, type Alarm } from '../../../src/monitoring/alarms/alarm.ts';
import { ClassTest } from '../../../src/monitoring/monitor/class-test.ts';
import { SignalTest, type SignalReading } from '../../../src/monitoring/monitor/signal-test.ts';
import type { VersionReport } from '../../../src/monitoring/monitor/report.ts';
import type { TestName } from '../../../src/monitoring/monitor/test-weights.ts';
import { signals, type SignalName } from '../../../src/monitoring/signals/index.ts';

const at = (minutes: number): number => Date.parse('2026-12-01T05:00Z') + minutes * 60_000;

function alarm(signal: TestName, openedAt: number, more: Partial<Alarm> = {}): Alarm {
  const shared = { model: 'tickets', version: 'v1', eValue: 200, samples: [`chatcmpl-${signal}`] };
  const told = { cause: 'the current version', action: 'roll back to the previous version' };
  return { ...shared, ...told, id: `alarm_${signal}`, signal, message: `${signal} has changed`, openedAt, ...more };
}

const shifted = [
  alarm('confidence', at(48), { since: at(47), share: 0.2 }),
  alarm('unlike', at(49), { since: at(47.2), share: 0.38 }),
  alarm('topic', at(60), { share: 0.3 }),
  // A rare event: detected late, but it began while the others were being detected.
  alarm('runaway', at(70), { since: at(48.5), share: 0.05 }),
];

it('what began together is one alarm, with its beginning, share and fitting advice', () => {
  const groups = groupAlarms([...shifted, alarm('refusal', at(300), { since: at(290) })]);
  expect(groups.map(({ signals: all }) => all)).toEqual([['refusal'], ['confidence', 'unlike', 'topic', 'runaway']]);
  const [own, together] = groups;
  expect(own).toMatchObject({ about: 'answers', message: 'refusal has changed' });
  expect(own.action).toContain('roll back');
  expect(together).toMatchObject({ id: 'alarm_confidence', about: 'requests', since: at(47), share: 0.38 });
  expect(together.message).toMatch(
    /^requests have changed since .*: confidence, words, subjects, runaway \(about 38 % of them, or more\)$/,
  );
  expect(together.action).not.toContain('roll back');
  expect(together.samples).toHaveLength(4);
});

it('one of another version is another alarm, and one is over when all of its alarms are', () => {
  const other = alarm('unlike', at(49), { since: at(47), version: 'v2' });
  expect(groupAlarms([...shifted, other])).toHaveLength(2);
  const ended = shifted.map((one): Alarm => ({ ...one, resolvedAt: at(100) }));
  expect(groupAlarms(ended)[0].resolvedAt).toBe(at(100));
  expect(groupAlarms(ended.with(0, shifted[0]))[0].resolvedAt).toBeUndefined();
});

it('advice says how requests have changed where that is known', () => {
  const group = groupAlarms([...shifted, alarm('language', at(52), { since: at(47) })]);
  expect(group[0].cause).toBe(signals.language.cause);
});

function observed(
  name: SignalName,
  reference: number[],
  values: readonly number[],
): SignalReading & { test: SignalTest } {
  const test = new SignalTest(signals[name], SignalTest.counts(signals[name], reference));
  for (const [place, value] of values.entries()) test.observe(value, { id: String(place), at: place });
  return { ...test.reading, test };
}

it('a rare signal’s change is not dated before it', () => {
  for (let seed = 0; seed < 20; seed++) {
    const unit = randomUnits([seed, 'rare']);
    // One early hit by chance; from 300 on, one in ten.
    const values = Array.from({ length: 450 }, (_, i) => (i < 300 ? Number(i === 20) : Number(unit(i) < 0.1)));
    const { since, recent } = observed(
      'runaway',
      Array.from({ length: 1000 }, () => 0),
      values,
    );
    expect(since).toBeGreaterThanOrEqual(300);
    expect(since).toBeLessThan(400);
    expect(recent!.value).toBeGreaterThan(0.04);
  }
});

it('classes say since when, and which answers show it', () => {
  const test = ClassTest.of([...Array<string>(90).fill('a'), ...Array<string>(10).fill('b')]);
  for (let i = 0; i < 100; i++) test.observe(i % 10 === 0 ? 'b' : 'a', { id: `a${i}`, at: i });
  for (let i = 100; i < 140; i++) test.observe('b', { id: `b${i}`, at: i });
  const { since, samples } = test.reading;
  expect(since).toBeGreaterThanOrEqual(90);
  expect(since).toBeLessThanOrEqual(100);
  expect(samples.at(-1)).toBe('b139');
});

it('answers have to take twice as long, and a quarter of a second more, before it is an alarm', () => {
  const unit = randomUnits([1, 'slow']);
  const amounts = (scale: number, count: number, from: number) =>
    Array.from({ length: count }, (_, i) => scale * (0.7 + 0.6 * unit(from + i)));
  const reference = amounts(1000, 500, 0);
  const evidence = (...scales: [scale: number, count: number][]): number => {
    const values = scales.flatMap(([scale, count], place) => amounts(scale, count, 1000 * (place + 1)));
    return observed('milliseconds', reference, values).test.eValue;
  };
  expect(evidence([1700, 600])).toBeLessThan(1);
  // Also after many normal answers.
  expect(evidence([1000, 900], [1700, 600])).toBeLessThan(1);
  expect(evidence([3000, 100])).toBeGreaterThan(1000);
  // A tenfold increase of a tiny amount is still tiny.
  const fast = observed('first_part', amounts(8, 500, 0), amounts(80, 300, 5000));
  expect(fast.test.eValue).toBeLessThan(1);
});

it('only shares are told in points', () => {
  const slow = observed(
    'milliseconds',
    Array.from({ length: 200 }, (_, i) => 900 + i),
    Array<number>(100).fill(9000),
  );
  const message = messageOf({ name: 'milliseconds', eValue: 1e6, isAlarm: true, reading: slow });
  expect(message).toMatch(/^milliseconds per answer: median [\d,]+ before, [\d,]+ of \d+ since /);
  expect(message).not.toContain('points');
});

it('the page leads to the examples: to a server’s own page, or the command that lists them', () => {
  const [group] = groupAlarms(shifted);
  const report = {
    model: 'tickets',
    version: 'v1',
    answers: 600,
    first: at(0),
    last: at(90),
    missing: 0,
    signals: [],
    series: {},
    period: {
      from: at(0),
      answers: 400,
    },
    feedback: {
      up: 0,
      down: 0,
      scores: 0,
      labels: 0,
      corrections: 0,
    },
    alarms: [
      {
        ...group,
        message: '<script>alert(1)</script>',
      },
    ],
  } satisfies VersionReport;
  expect(monitorPage([report])).toContain('attune answers list --alarm alarm_confidence');
  const page = monitorPage([report], { server: 'http://127.0.0.1:8000/v1' });
  expect(page).toContain('href="http://127.0.0.1:8000/answers?alarm=alarm_confidence"');
  expect(page).not.toContain('<script>');
});
