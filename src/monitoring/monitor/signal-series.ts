/** Signals over time, in segments with equal numbers of values. */
import { median } from '../../base/median.ts';
import { mean } from '../../scoring/statistics/index.ts';
import { parseJson } from '../../files/json.ts';
import { signalNames, signals, type SignalValues } from '../signals/index.ts';
import type { SaidOfAnswer } from '../feedback/tested-values.ts';
import type { MeasuredRow } from '../traces/trace-store.ts';
import type { TestName } from './test-weights.ts';
import type { VersionMonitor } from './version-monitor.ts';

export interface SeriesPoint {
  /** Number of answers so far; for thumbs and edits, number of those. */
  answers: number;
  at: number;
  /** The share, or the median. */
  value: number;
}

export type SignalSeries = Partial<Record<TestName, SeriesPoint[]>>;

interface Seen {
  at: number;
  value: number | undefined;
}

const MOST_PARTS = 40;
const LEAST_ROWS = 20;

export function seriesOf(
  rows: readonly MeasuredRow[],
  { monitor, said }: { monitor: VersionMonitor; said: readonly SaidOfAnswer[] },
): SignalSeries {
  const values = rows.map(({ signals: own }) => parseJson<SignalValues>(own));
  const found: [TestName, SeriesPoint[]][] = signalNames.map((name) => [
    name,
    pointsOf(
      rows.map(({ at }, place) => ({ at, value: values[place][name] })),
      signals[name].kind === 'share' ? mean : median,
    ),
  ]);
  const surprises = rows.map(({ at, words }) => ({ at, value: words === null ? undefined : monitor.surprise(words) }));
  found.push(['unlike', pointsOf(surprises, median)]);
  const own = (name: SaidOfAnswer['name']) => said.filter((one) => one.name === name);
  const gaps = said.flatMap((one) =>
    one.name === 'calibration' ? { at: one.at, value: one.value - Number(one.isRight) } : [],
  );
  found.push(
    ['thumb_down', pointsOf(own('thumb_down'), mean)],
    ['edits', pointsOf(own('edits'), median)],
    ['calibration', pointsOf(gaps, mean)],
  );
  return Object.fromEntries(found.filter(([, points]) => points.length > 1)) as SignalSeries;
}

function pointsOf(seen: readonly Seen[], summary: (values: readonly number[]) => number): SeriesPoint[] {
  const size = Math.max(LEAST_ROWS, Math.ceil(seen.length / MOST_PARTS));
  const points: SeriesPoint[] = [];
  for (let from = 0; from + size <= seen.length; from += size) {
    const part = seen.slice(from, from + size).flatMap(({ value }) => value ?? []);
    if (part.length > 0) points.push({ answers: from + size, at: seen[from + size - 1].at, value: summary(part) });
  }
  return points;
}
