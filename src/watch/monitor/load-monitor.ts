/** A version's monitor from what is stored of it. */
import { parseJson } from '../../files/json.ts';
import type { SignalValues } from '../signals/index.ts';
import { placeOf, type MeasuredAnswer } from '../traces/trace-writer.ts';
import type { TraceRow, TraceStore } from '../traces/trace-store.ts';
import type { MonitorState } from './monitor-state.ts';
import { VersionMonitor, type MonitorOptions, type Observation } from './version-monitor.ts';

/** With all answers that are stored, `until` an arrival; what people said comes in its turn. */
export async function loadMonitor(
  store: TraceStore,
  { model, version, until }: { model: string; version: string; until?: number },
  options: Partial<MonitorOptions> = {},
): Promise<VersionMonitor> {
  const baseline = await store.database
    .selectFrom('baselines')
    .selectAll()
    .where('model', '=', model)
    .where('version', '=', version)
    .executeTakeFirst();
  const from = baseline?.period_from ?? 0;
  const monitor =
    baseline === undefined
      ? new VersionMonitor(options)
      : VersionMonitor.restore(parseJson<MonitorState>(baseline.state), from, options);
  const rows = await store.of(model, version, { from: baseline === undefined ? 0 : from + 1, until });
  const said = await store.said(model, version, baseline === undefined ? 0 : from + 1, until);
  let next = 0;
  for (const row of rows) {
    for (; next < said.length && said[next].at <= row.at; next++)
      monitor.observeSaid(said[next].name, said[next].value, said[next]);
    monitor.observe(observationOf(row));
  }
  for (const one of said.slice(next)) monitor.observeSaid(one.name, one.value, one);
  await monitor.compareTopic();
  return monitor;
}

export function observationOf({ id, choice, at, signals, label, words }: TraceRow): Observation {
  return {
    id: placeOf(id, choice),
    at,
    signals: parseJson<SignalValues>(signals),
    ...(label !== null && { label }),
    ...(words !== null && { words: new Uint8Array(words) }),
  };
}

export function observationOfAnswer({ served, signals, words }: MeasuredAnswer): Observation {
  const { id, choice, at, label } = served;
  return {
    id: placeOf(id, choice),
    at,
    signals,
    ...(label !== undefined && { label }),
    ...(words !== undefined && { words }),
  };
}

/** Keeps what later answers are measured by, once it is complete, and where the current period begins. */
export async function saveMonitor(
  store: TraceStore,
  { model, version }: { model: string; version: string },
  monitor: VersionMonitor,
): Promise<void> {
  if (monitor.missing > 0) return;
  const { from } = monitor.period;
  await store.database
    .insertInto('baselines')
    .values({ model, version, frozen_at: from, period_from: from, state: JSON.stringify(monitor.state) })
    .onConflict((conflict) =>
      conflict.columns(['model', 'version']).doUpdateSet({ period_from: from, state: JSON.stringify(monitor.state) }),
    )
    .execute();
}
