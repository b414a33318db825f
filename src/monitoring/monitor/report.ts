/** Monitoring report on versions in use, for people and programs. */
import { describeTest } from '../alarms/alarm.ts';
import { listAlarms, refreshed } from '../alarms/alarm-book.ts';
import { groupAlarms, type AlarmGroup } from '../alarms/alarm-group.ts';
import type { MeasuredRow, TraceStore } from '../traces/trace-store.ts';
import {
  expectedAccuracy,
  seenAccuracy,
  type ExpectedAccuracy,
  type Judged,
  type SeenAccuracy,
} from './expected-accuracy.ts';
import { keptOptions } from './kept-options.ts';
import { loadMonitor } from './load-monitor.ts';
import { seriesOf, type SignalSeries } from './signal-series.ts';
import type { Finding, MonitorOptions } from './version-monitor.ts';

export interface ReportedSignal extends Finding {
  title: string;
}

export interface FeedbackCounts {
  up: number;
  down: number;
  scores: number;
  labels: number;
  corrections: number;
}

export interface VersionReport {
  model: string;
  version: string;
  answers: number;
  first: number;
  last: number;
  /** Answers still needed before signals are tested. */
  missing: number;
  period: { from: number; answers: number };
  /** Signals that were tested. */
  signals: ReportedSignal[];
  expected?: ExpectedAccuracy;
  seen?: SeenAccuracy;
  feedback: FeedbackCounts;
  /** Alarms grouped by cause, newest first. */
  alarms: AlarmGroup[];
  /** Computed over all stored answers. */
  series: SignalSeries;
}

export interface ReportOptions {
  /** Restricts the report to this model. */
  model?: string;
  /** Defaults to the options of the most recently started server. */
  monitor?: Partial<MonitorOptions>;
}

/** Reports on versions, newest version of each model first. */
export async function reportVersions(
  store: TraceStore,
  { model, monitor = keptOptions(store) }: ReportOptions = {},
): Promise<VersionReport[]> {
  const versions = (await store.versions()).filter((one) => model === undefined || one.model === model);
  const reports: VersionReport[] = [];
  for (const one of versions.toReversed()) reports.push(await reportVersion(store, one, monitor));
  return reports;
}

type Version = Awaited<ReturnType<TraceStore['versions']>>[number];

async function reportVersion(
  store: TraceStore,
  version: Version,
  options?: Partial<MonitorOptions>,
): Promise<VersionReport> {
  const monitor = await loadMonitor(store, version, options);
  const stored = await store.of(version.model, version.version);
  const rows = stored.filter(({ at }) => at >= monitor.period.from);
  const { findings } = monitor;
  const tested = findings.filter((one) => one.reading ?? one.classes ?? one.topic);
  return {
    ...version,
    missing: monitor.missing,
    period: monitor.period,
    signals: tested.map((one) => ({ title: describeTest(one.name).title, ...one })),
    ...(await accuracyOf(store, version, rows)),
    feedback: await countFeedback(store, version),
    alarms: groupAlarms((await listAlarms(store, version)).map((one) => refreshed(one, findings))),
    series: seriesOf(stored, { monitor, said: await store.said(version.model, version.version) }),
  };
}

async function accuracyOf(store: TraceStore, { model, version }: Version, rows: readonly MeasuredRow[]) {
  const confidences = rows.flatMap(({ confidence, label }) =>
    confidence === null || label === null ? [] : confidence,
  );
  if (confidences.length === 0) return {};
  const labelled = await store.database
    .selectFrom('feedback')
    .innerJoin('traces', (join) =>
      join.onRef('traces.id', '=', 'feedback.trace').onRef('traces.choice', '=', 'feedback.choice'),
    )
    .select(['traces.confidence', 'traces.label as answered', 'feedback.label'])
    .where('feedback.model', '=', model)
    .where('feedback.version', '=', version)
    .where('feedback.label', 'is not', null)
    .execute();
  const judged = labelled.flatMap(({ confidence, answered, label }): Judged[] =>
    confidence === null ? [] : [{ confidence, isRight: answered === label }],
  );
  const seen = seenAccuracy(confidences, judged);
  return { expected: expectedAccuracy(confidences, judged), ...(seen !== undefined && { seen }) };
}

async function countFeedback(store: TraceStore, { model, version }: Version): Promise<FeedbackCounts> {
  const rows = await store.database
    .selectFrom('feedback')
    .select(['thumb', 'score', 'label', 'corrected'])
    .where('model', '=', model)
    .where('version', '=', version)
    .execute();
  const count = (is: (row: (typeof rows)[number]) => boolean): number => rows.filter(is).length;
  return {
    up: count(({ thumb }) => thumb === 1),
    down: count(({ thumb }) => thumb === 0),
    scores: count(({ score }) => score !== null),
    labels: count(({ label }) => label !== null),
    corrections: count(({ corrected }) => corrected === 1),
  };
}
