/** How signals went, in parts of as many answers each. */
import { parseJson } from '../../files/json.ts';
import { signalNames, signals, type SignalName, type SignalValues } from '../signals/index.ts';
import type { TraceRow } from '../traces/trace-store.ts';

export interface SeriesPoint {
  /** Answers until here. */
  answers: number;
  at: number;
  /** Share, or median. */
  value: number;
}

export type SignalSeries = Partial<Record<SignalName, SeriesPoint[]>>;

const MOST_PARTS = 40;
const LEAST_ROWS = 20;

export function seriesOf(rows: readonly TraceRow[]): SignalSeries {
  const size = Math.max(LEAST_ROWS, Math.ceil(rows.length / MOST_PARTS));
  const values = rows.map(({ signals: own }) => parseJson<SignalValues>(own));
  const series: SignalSeries = {};
  for (const name of signalNames) {
    const points: SeriesPoint[] = [];
    for (let from = 0; from + size <= rows.length; from += size) {
      const part = values.slice(from, from + size).flatMap((own) => own[name] ?? []);
      if (part.length === 0) continue;
      const value = signals[name].kind === 'share' ? mean(part) : median(part);
      points.push({ answers: from + size, at: rows[from + size - 1].at, value });
    }
    if (points.length > 1) series[name] = points;
  }
  return series;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1];
}
