/** Records each open alarm once, and when it ended. */
import { randomUUID } from 'node:crypto';
import { parseJson } from '../../files/json.ts';
import type { TestName } from '../monitor/test-weights.ts';
import type { Finding, VersionMonitor } from '../monitor/version-monitor.ts';
import type { TraceStore } from '../traces/trace-store.ts';
import { adviceOf, extentOf, messageOf, type Alarm } from './alarm.ts';
import { groupAlarms, type AlarmGroup } from './alarm-group.ts';

/** Number of answers in a calm period after which an alarm ends by itself. */
const LEAST_CALM = 200;

export interface AlarmChanges {
  /** Newly opened alarms, including those whose cause turned out to differ from the first report. */
  opened: AlarmGroup[];
  resolved: AlarmGroup[];
}

/** Updates the book with a monitor's current findings. Several processes may do so: each alarm is opened by only one of them. */
export async function updateAlarms(
  store: TraceStore,
  { model, version }: { model: string; version: string },
  monitor: VersionMonitor,
): Promise<AlarmChanges> {
  const names = monitor.alarms;
  const open = await openAlarms(store, { model, version });
  const isSame = names.length === open.length && open.every(({ signal }) => names.includes(signal));
  if (isSame) return NO_CHANGES;
  const before = groupAlarms(open);
  const findings = monitor.findings;
  const known = new Set(open.map(({ signal }) => signal));
  let hasChanged = false;
  for (const finding of findings) {
    if (!finding.isAlarm || known.has(finding.name)) continue;
    const alarm = alarmOf(finding, { model, version, names });
    const silenced = groupAlarms([...open, alarm]).find(({ alarms }) => alarms.includes(alarm))!.alarms[0].silenced;
    if (await insert(store, alarm, silenced)) hasChanged = true;
  }
  for (const alarm of open) {
    const finding = findings.find(({ name }) => name === alarm.signal);
    if (finding === undefined || finding.isAlarm || !isCalm(finding, monitor)) continue;
    await store.database.updateTable('alarms').set({ resolved_at: Date.now() }).where('id', '=', alarm.id).execute();
    hasChanged = true;
  }
  return hasChanged ? changesSince(before, groupAlarms(await listAlarms(store, { model, version }))) : NO_CHANGES;
}

const NO_CHANGES: AlarmChanges = { opened: [], resolved: [] };

/** Alarms that join an already reported group are not reported again. */
function changesSince(before: readonly AlarmGroup[], after: readonly AlarmGroup[]): AlarmChanges {
  const known = (group: AlarmGroup) =>
    before.find(({ alarms }) => alarms.some(({ id }) => group.alarms.some((one) => one.id === id)));
  const opened = after.filter((group) => {
    const former = known(group);
    const isNew = former === undefined || (former.about !== group.about && group.about === 'requests');
    return group.resolvedAt === undefined && group.silenced === undefined && isNew;
  });
  return { opened, resolved: after.filter((group) => group.resolvedAt !== undefined && known(group) !== undefined) };
}

/** Small changes, below the threshold for opening an alarm, count as calm. */
function isCalm({ name, reading, eValue }: Finding, { period }: VersionMonitor): boolean {
  const isGone = reading === undefined || reading.effect.low <= 0 || name === 'milliseconds' || name === 'first_part';
  return period.answers >= LEAST_CALM && eValue < 1 && isGone;
}

function alarmOf(
  finding: Finding,
  { model, version, names }: { model: string; version: string; names: readonly TestName[] },
): Alarm {
  const { name, eValue, reading } = finding;
  return {
    id: `alarm_${randomUUID().replaceAll('-', '')}`,
    model,
    version,
    signal: name,
    message: messageOf(finding),
    ...extentOf(finding),
    eValue,
    ...(reading !== undefined && { effect: reading.effect }),
    ...adviceOf(name, names),
    openedAt: Date.now(),
  };
}

async function insert(store: TraceStore, alarm: Alarm, silenced: string | undefined): Promise<boolean> {
  const { id, model, version, signal, openedAt } = alarm;
  return store.database.transaction().execute(async (transaction) => {
    const other = await transaction
      .selectFrom('alarms')
      .select('id')
      .where('model', '=', model)
      .where('version', '=', version)
      .where('signal', '=', signal)
      .where('resolved_at', 'is', null)
      .executeTakeFirst();
    if (other !== undefined) return false;
    const row = { id, model, version, signal, opened_at: openedAt, resolved_at: null, silenced: silenced ?? null };
    await transaction
      .insertInto('alarms')
      .values({ ...row, found: JSON.stringify(alarm) })
      .execute();
    return true;
  });
}

export interface AlarmFilter {
  model?: string;
  version?: string;
}

export async function openAlarms(store: TraceStore, filter: AlarmFilter = {}): Promise<Alarm[]> {
  return read(alarmsOf(store, filter).where('resolved_at', 'is', null));
}

/** Newest first. */
export async function listAlarms(store: TraceStore, filter: AlarmFilter = {}): Promise<Alarm[]> {
  return read(alarmsOf(store, filter));
}

function alarmsOf(store: TraceStore, { model, version }: AlarmFilter) {
  let query = store.database.selectFrom('alarms').selectAll().orderBy('opened_at', 'desc');
  if (model !== undefined) query = query.where('model', '=', model);
  if (version !== undefined) query = query.where('version', '=', version);
  return query;
}

async function read(query: ReturnType<typeof alarmsOf>): Promise<Alarm[]> {
  return (await query.execute()).map(({ found, resolved_at: resolvedAt, silenced }) => ({
    ...parseJson<Alarm>(found),
    ...(resolvedAt !== null && { resolvedAt }),
    ...(silenced !== null && { silenced }),
  }));
}

const DAY = 86_400_000;
/** Days without an answer after which alarms about a version are closed. */
const SILENT_DAYS = 7;

/** Closes alarms of versions that no longer receive requests, for example because they were replaced. */
export async function closeForgotten(store: TraceStore, now: number): Promise<void> {
  const asked = new Set(
    (await store.versions())
      .filter(({ last }) => last > now - SILENT_DAYS * DAY)
      .map(({ model, version }) => JSON.stringify([model, version])),
  );
  for (const { id, model, version } of await openAlarms(store)) {
    if (asked.has(JSON.stringify([model, version]))) continue;
    await store.database.updateTable('alarms').set({ resolved_at: now }).where('id', '=', id).execute();
  }
}

/** Silences open alarms about a signal, and others with the same cause. @returns the number silenced */
export async function silence(
  store: TraceStore,
  { model, signal, reason }: { model: string; signal: string; reason: string },
): Promise<number> {
  const groups = groupAlarms(await openAlarms(store, { model }));
  const silenced = groups
    .filter(({ signals }) => (signals as string[]).includes(signal))
    .flatMap(({ alarms }) => alarms);
  if (silenced.length === 0) return 0;
  const ids = silenced.map(({ id }) => id);
  await store.database.updateTable('alarms').set({ silenced: reason }).where('id', 'in', ids).execute();
  return silenced.length;
}

/** An alarm with its current figures if it is still open. */
export function refreshed(alarm: Alarm, findings: readonly Finding[]): Alarm {
  const finding = findings.find(({ name }) => name === alarm.signal);
  if (alarm.resolvedAt !== undefined || finding?.isAlarm !== true) return alarm;
  const { since = alarm.openedAt, share } = extentOf(finding);
  return {
    ...alarm,
    ...(alarm.since !== undefined && { since: Math.min(since, alarm.openedAt) }),
    ...(share !== undefined && { share }),
    message: messageOf(finding),
    eValue: finding.eValue,
    ...(finding.reading !== undefined && { effect: finding.reading.effect }),
  };
}
